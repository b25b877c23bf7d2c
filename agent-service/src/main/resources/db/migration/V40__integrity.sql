-- Doubts stay on record: nobody but a retention to come deletes one, not even by deleting the agent.
alter table integrity_anomaly drop constraint integrity_anomaly_agent_id_fkey;
alter table integrity_anomaly
    add column last_seen_at timestamptz,
    add column resolved_by  text;
create index integrity_anomaly_list on integrity_anomaly (tenant_id, id desc);
revoke update, delete on integrity_anomaly from ${service_role};
grant update (last_seen_at, resolved_at, resolved_by) on integrity_anomaly to ${service_role};

-- Starts of an agent that are taken for a copy of it, and what a copy that was let in is a copy of.
alter table agent
    add column refused_instances text[] not null default '{}',
    add column copy_of           uuid,
    add column copy_instance     text;
create unique index agent_copy on agent (copy_of, copy_instance) where copy_of is not null;

-- What the batches of one start of an agent told of themselves. Apart from the batches, which go when their hour is
-- packed, and written behind their back: the way of a batch into the tables does not wait for it.
create table agent_instance (
    tenant_id         uuid not null,
    agent_id          uuid not null references agent (id) on delete cascade,
    instance_id       text not null,
    first_received_at timestamptz not null,
    last_received_at  timestamptz not null,
    last_sent_ms      bigint not null,
    agent_version     text,
    -- the numbers that came; its holes are what is missing
    seqs              int8multirange not null,
    -- the newest moments of measurement by the agent's clock, ascending, epoch milliseconds
    captured          bigint[] not null,
    -- how far the hub's clock was ahead of the agent's at the newest batches that came as they were made, milliseconds
    drifts            bigint[] not null,
    -- how busy the machine was: count, sum and sum of squares of ten minutes each, by their number since 1970
    cpu_slots         bigint[] not null,
    cpu_counts        integer[] not null,
    cpu_sums          double precision[] not null,
    cpu_squares       double precision[] not null,
    primary key (agent_id, instance_id)
) with (fillfactor = 70);

-- Numbers of batches that never came, or came late.
create table sequence_gap (
    id          uuid primary key,
    tenant_id   uuid not null,
    agent_id    uuid not null references agent (id) on delete cascade,
    instance_id text not null,
    from_seq    bigint not null,
    to_seq      bigint not null check (to_seq >= from_seq),
    detected_at timestamptz not null,
    closed_at   timestamptz,
    -- there were too many to go on waiting for all
    given_up    boolean not null default false
);
create index sequence_gap_open on sequence_gap (agent_id, instance_id, from_seq) where closed_at is null and not given_up;
create index sequence_gap_list on sequence_gap (agent_id, detected_at desc, from_seq desc);
create index sequence_gap_age on sequence_gap (detected_at);

-- The versions an agent was seen with. The greatest that counts is what a downgrade is measured against.
create table agent_version (
    tenant_id     uuid not null,
    agent_id      uuid not null references agent (id) on delete cascade,
    version       text not null,
    first_seen_at timestamptz not null,
    -- an administrator let a lesser one be
    waived_at     timestamptz,
    primary key (agent_id, version)
);

-- How far the sweep over all agents is: one row, so that whoever comes next goes on where another was stopped.
create table integrity_sweep (
    only_one    boolean primary key default true check (only_one),
    begun_at    timestamptz not null,
    reached     uuid,
    finished_at timestamptz
);
insert into integrity_sweep (begun_at, finished_at) values (timestamptz 'epoch', timestamptz 'epoch');

grant select, insert, update, delete on agent_instance, sequence_gap, agent_version to ${service_role};
grant select, update on integrity_sweep to ${service_role};

alter table agent_instance enable row level security;
alter table agent_instance force row level security;
create policy own_tenant on agent_instance
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table sequence_gap enable row level security;
alter table sequence_gap force row level security;
create policy own_tenant on sequence_gap
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table agent_version enable row level security;
alter table agent_version force row level security;
create policy own_tenant on agent_version
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
