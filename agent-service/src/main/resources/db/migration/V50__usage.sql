-- What tenants store in a day, counted in the transaction that stores it. A day is spread over slots, so that readers of
-- several partitions do not wait for each other's row.
create table usage_day (
    tenant_id uuid not null,
    day       date not null,
    slot      smallint not null,
    batches   bigint not null,
    points    bigint not null,
    bytes     bigint not null,
    primary key (tenant_id, day, slot)
) with (fillfactor = 50);
create index usage_day_age on usage_day (day);

grant select, insert, update, delete on usage_day to ${service_role};

alter table usage_day enable row level security;
alter table usage_day force row level security;
create policy own_tenant on usage_day
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
