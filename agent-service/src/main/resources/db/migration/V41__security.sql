-- Canaries that were touched.
create table honeypot_event (
    id           uuid primary key,
    tenant_id    uuid not null,
    agent_id     uuid not null references agent (id) on delete cascade,
    path         text not null,
    action       text not null,
    process_name text,
    process_pid  bigint,
    observed_at  timestamptz not null,
    received_at  timestamptz not null
);
create index honeypot_event_list on honeypot_event (tenant_id, id desc);
create index honeypot_event_age on honeypot_event (received_at);

-- What each program was when it was first seen.
create table process_baseline (
    tenant_id     uuid not null,
    agent_id      uuid not null references agent (id) on delete cascade,
    -- of the path, which may be longer than an index takes
    path_sha256   bytea not null,
    exe_path      text not null,
    exe_sha256    text not null,
    first_seen_at timestamptz not null,
    changed_at    timestamptz,
    primary key (agent_id, path_sha256)
);

-- Programs that are not what they were, and no upgraded package says why.
create table process_finding (
    id              uuid primary key,
    tenant_id       uuid not null,
    agent_id        uuid not null references agent (id) on delete cascade,
    path_sha256     bytea not null,
    exe_path        text not null,
    baseline_sha256 text not null,
    exe_sha256      text not null,
    name            text not null,
    pid             bigint not null,
    first_seen_at   timestamptz not null,
    last_seen_at    timestamptz not null,
    unique (agent_id, path_sha256, exe_sha256)
);
create index process_finding_list on process_finding (tenant_id, last_seen_at desc, id desc);
create index process_finding_age on process_finding (last_seen_at);

grant select, insert, delete on honeypot_event to ${service_role};
grant select, insert, update, delete on process_baseline, process_finding to ${service_role};

alter table honeypot_event enable row level security;
alter table honeypot_event force row level security;
create policy own_tenant on honeypot_event
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table process_baseline enable row level security;
alter table process_baseline force row level security;
create policy own_tenant on process_baseline
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table process_finding enable row level security;
alter table process_finding force row level security;
create policy own_tenant on process_finding
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
