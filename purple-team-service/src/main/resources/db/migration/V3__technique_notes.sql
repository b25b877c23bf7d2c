-- What a tenant says of a technique; it stays when the catalogue changes.
create table technique_note (
    tenant_id       uuid not null,
    technique_id    uuid not null,
    -- as computed from its tests
    status          text not null default 'not_evaluated',
    -- an administrator's word, which stands above the computed one
    override_value  text,
    override_reason text,
    override_by     text,
    override_at     timestamptz,
    -- what the tenant calls or describes otherwise
    name            text,
    description     text,
    tactics         text[],
    platforms       text[],
    review_required boolean not null default false,
    -- up to which catalogue somebody has looked at its changes
    reviewed_in     integer not null default 0,
    reviewed_by     text,
    reviewed_at     timestamptz,
    version         bigint not null default 1,
    primary key (tenant_id, technique_id)
);

-- A tenant's own techniques, beside those of the catalogue.
create table own_technique (
    id          uuid primary key,
    tenant_id   uuid not null,
    mitre_id    text not null,
    name        text not null,
    description text not null,
    tactics     text[] not null,
    platforms   text[] not null,
    created_by  text not null,
    created_at  timestamptz not null
);
create unique index own_technique_mitre_id on own_technique (tenant_id, mitre_id);

-- Each change of a technique's status, with what caused it. Rows are only added.
create table technique_status_change (
    id           uuid primary key,
    tenant_id    uuid not null,
    technique_id uuid not null,
    before       text not null,
    after        text not null,
    lowered      boolean not null,
    cause        text not null,
    changed_by   text,
    changed_at   timestamptz not null
);
create index technique_status_change_list on technique_status_change (tenant_id, technique_id, changed_at desc);

-- What a change of the catalogue carried from a revoked technique to its successor, so that it can be taken back
-- exactly.
create table technique_remap (
    id          uuid primary key,
    tenant_id   uuid not null,
    catalogue   integer not null,
    -- the order in which they were carried; taken back from the last
    step        integer not null,
    from_id     uuid not null,
    to_id       uuid not null,
    -- the successor's note before (null where it had none) and after
    note_before jsonb,
    note_after  jsonb not null,
    carried_at  timestamptz not null,
    taken_back_at timestamptz
);
create index technique_remap_list on technique_remap (tenant_id, catalogue, step);

grant select, insert, update, delete on technique_note, own_technique, technique_remap to ${service_role};
grant select, insert on technique_status_change to ${service_role};

alter table technique_note enable row level security;
alter table technique_note force row level security;
create policy own_tenant on technique_note
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table own_technique enable row level security;
alter table own_technique force row level security;
create policy own_tenant on own_technique
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table technique_status_change enable row level security;
alter table technique_status_change force row level security;
create policy own_tenant on technique_status_change
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table technique_remap enable row level security;
alter table technique_remap force row level security;
create policy own_tenant on technique_remap
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
