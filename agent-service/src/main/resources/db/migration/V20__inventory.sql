-- When a section of a host's inventory was looked at last, and what that came to. Narrow, and changed in place with
-- every look; its rows change only where the host does.
create table inventory_section (
    agent_id       uuid not null references agent (id) on delete cascade,
    section        text not null,
    tenant_id      uuid not null,
    -- null until the first observation is stored
    observed_at    timestamptz,
    changed_at     timestamptz,
    content_sha256 bytea,
    rows           integer not null default 0,
    -- rows that were observed and could not be taken
    refused        integer not null default 0,
    -- how many rows the agent said there are, where it did not tell all
    reported_total bigint,
    -- changes that were written down on that day, for their bound
    changes_day    date,
    changes_told   integer not null default 0,
    primary key (agent_id, section)
) with (fillfactor = 50);

create table inventory_row (
    agent_id   uuid not null,
    section    text not null,
    -- of the key, which may be longer than an index takes
    key_sha256 bytea not null,
    tenant_id  uuid not null,
    key        text not null,
    item       jsonb not null,
    primary key (agent_id, section, key_sha256),
    foreign key (agent_id, section) references inventory_section (agent_id, section) on delete cascade
);

create table inventory_change (
    id        bigint generated always as identity primary key,
    tenant_id uuid not null,
    agent_id  uuid not null references agent (id) on delete cascade,
    section   text not null,
    change    text not null,
    key       text not null,
    before    jsonb,
    after     jsonb,
    at        timestamptz not null
);
create index inventory_change_list on inventory_change (agent_id, at desc, id desc);
create index inventory_change_age on inventory_change (at);

-- The newest list of processes, and of connections, of each agent.
create table agent_activity (
    agent_id    uuid not null references agent (id) on delete cascade,
    kind        text not null,
    tenant_id   uuid not null,
    observed_at timestamptz not null,
    items       jsonb not null,
    primary key (agent_id, kind)
) with (fillfactor = 70);

grant select, insert, update, delete on inventory_section, inventory_row, inventory_change, agent_activity
    to ${service_role};

alter table inventory_section enable row level security;
alter table inventory_section force row level security;
create policy own_tenant on inventory_section
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table inventory_row enable row level security;
alter table inventory_row force row level security;
create policy own_tenant on inventory_row
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table inventory_change enable row level security;
alter table inventory_change force row level security;
create policy own_tenant on inventory_change
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table agent_activity enable row level security;
alter table agent_activity force row level security;
create policy own_tenant on agent_activity
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
