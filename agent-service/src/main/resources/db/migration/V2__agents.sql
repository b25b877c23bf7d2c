create table enrolment_token (
    id           uuid primary key,
    tenant_id    uuid not null,
    label        text not null,
    tags         text[] not null,
    token_sha256 text not null unique,
    created_by   uuid not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    uses         integer not null default 0,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
create index enrolment_token_list on enrolment_token (tenant_id, created_at desc);

create table agent (
    id              uuid primary key,
    tenant_id       uuid not null,
    machine_id      text not null,
    hostname        text not null,
    os              text,
    distro          text,
    kernel          text,
    arch            text,
    cpu_model       text,
    cpu_cores       integer,
    ram_total_bytes bigint,
    agent_version   text,
    labels          jsonb not null,
    tags            text[] not null,
    token_sha256    text not null unique,
    signing_pubkey  text,
    signing_set_at  timestamptz,
    first_seen_at   timestamptz not null,
    version         bigint not null
);
-- one machine is one agent; a second one with the same id and another key is refused, not merged
create unique index agent_machine on agent (tenant_id, machine_id);
create index agent_list on agent (tenant_id, hostname, id);

-- Apart from the agent itself, because it changes with nearly every batch: narrow rows, room for updates in place.
create table agent_presence (
    agent_id      uuid primary key references agent (id) on delete cascade,
    tenant_id     uuid not null,
    last_seen_at  timestamptz not null,
    -- since when there was no pause long enough to count as offline
    online_since  timestamptz not null,
    instance_id   text,
    agent_version text
) with (fillfactor = 50);

create table integrity_anomaly (
    id          uuid primary key,
    tenant_id   uuid not null,
    agent_id    uuid not null references agent (id) on delete cascade,
    kind        text not null,
    severity    text not null,
    summary     text not null,
    detail      jsonb not null,
    detected_at timestamptz not null,
    resolved_at timestamptz
);
-- one open anomaly a kind: what happens again adds nothing but noise
create unique index integrity_anomaly_open on integrity_anomaly (agent_id, kind, severity) where resolved_at is null;

create table inbox (
    event_id   uuid primary key,
    handled_at timestamptz not null
);
create index inbox_age on inbox (handled_at);

grant select, insert, update, delete on enrolment_token, agent, agent_presence, integrity_anomaly, inbox to ${service_role};

alter table enrolment_token enable row level security;
alter table enrolment_token force row level security;
create policy own_tenant on enrolment_token
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table agent enable row level security;
alter table agent force row level security;
create policy own_tenant on agent
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table agent_presence enable row level security;
alter table agent_presence force row level security;
create policy own_tenant on agent_presence
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table integrity_anomaly enable row level security;
alter table integrity_anomaly force row level security;
create policy own_tenant on integrity_anomaly
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
