-- Telemetry. Names of series stand once a layout, values never one a row: a batch is a row until its hour is over, then
-- an agent's hour is one (docs/adr/0005-telemetry-storage.md).

-- The ordered series that packed values stand for, as the Protobuf message `Layout` without its id.
create table metric_layout (
    tenant_id     uuid not null,
    layout_id     bytea not null check (octet_length(layout_id) = 16),
    series        bytea not null,
    series_count  integer not null check (series_count > 0),
    first_seen_at timestamptz not null default now(),
    primary key (tenant_id, layout_id)
);

-- What a batch brought for one hour, until that hour is closed: the Protobuf message `MetricsBatch` with its moments alone.
-- A batch that crosses an hour is a row for each.
create table metric_batch (
    tenant_id   uuid not null,
    agent_id    uuid not null,
    at          timestamptz not null,
    batch_id    uuid not null,
    received_at timestamptz not null,
    moments     bytea not null,
    primary key (agent_id, at, batch_id)
) partition by range (at);
-- varints do not compress: no time is spent on trying
alter table metric_batch alter column moments set storage external;
-- the job that closes hours asks for the oldest rows of all agents
create index metric_batch_age on metric_batch (at);

-- A closed hour of an agent. `chunks` holds a packed column of values for each series of the layout, behind them the
-- columns of times; `offsets` says where each begins (and the last ends), `clocks` which times a series has where not all
-- share the first. A reader cuts out one series with substring(), which is why nothing is compressed.
create table metric_hour (
    tenant_id uuid not null,
    agent_id  uuid not null,
    hour      timestamptz not null,
    layout_id bytea not null,
    offsets   integer[] not null,
    clocks    smallint[],
    chunks    bytea not null,
    primary key (agent_id, hour)
) partition by range (hour);
alter table metric_hour alter column chunks set storage external;

-- Count, sum, least and greatest of each series and hour, an agent's day in one row.
create table metric_day (
    tenant_id uuid not null,
    agent_id  uuid not null,
    day       date not null,
    layout_id bytea not null,
    offsets   integer[] not null,
    chunks    bytea not null,
    primary key (agent_id, day)
) partition by range (day);
alter table metric_day alter column chunks set storage external;

grant select, insert on metric_layout to ${service_role};
grant select, insert, delete on metric_batch to ${service_role};
grant select, insert, update on metric_hour, metric_day to ${service_role};

alter table metric_layout enable row level security;
alter table metric_layout force row level security;
create policy own_tenant on metric_layout
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table metric_batch enable row level security;
alter table metric_batch force row level security;
create policy own_tenant on metric_batch
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table metric_hour enable row level security;
alter table metric_hour force row level security;
create policy own_tenant on metric_hour
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table metric_day enable row level security;
alter table metric_day force row level security;
create policy own_tenant on metric_day
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

-- Partitions come and go with the days, and the service's role owns no table: it asks for them through the two functions
-- below, which know the three tables and nothing else. Nobody is granted a partition itself, and row-level security
-- without a policy shuts it even for its owner: rows are reached through the parent and its policy alone.

create function metric_partition_begin(parent text, day date) returns date
    language sql immutable
    return case parent when 'metric_day' then date_trunc('month', day::timestamp)::date else day end;

-- Makes the partition that holds `day`; says whether it was missing.
create function metric_partition_make(parent text, day date) returns boolean
    language plpgsql
    security definer
    set search_path = ${flyway:defaultSchema}, pg_temp
    set lock_timeout = '3s'
    set timezone = 'UTC'
as $$
declare
    first date := metric_partition_begin(parent, day);
    next  date;
    name  text;
begin
    if parent is null or parent not in ('metric_batch', 'metric_hour', 'metric_day') then
        raise exception 'no table of metrics: %', parent using errcode = 'invalid_parameter_value';
    end if;
    if day is null or abs(day - current_date) > 500 then
        raise exception 'no day to make a partition for: %', day using errcode = 'invalid_parameter_value';
    end if;
    next := case parent when 'metric_day' then (first + interval '1 month')::date else first + 1 end;
    name := format('%s_%s', parent, to_char(first, 'YYYYMMDD'));
    -- one at a time, or two that start together would both find it missing
    perform pg_advisory_xact_lock(hashtextextended('metric_partition_make', 0));
    if to_regclass(format('%I.%I', current_schema(), name)) is not null then
        return false;
    end if;
    -- made apart and then attached: unlike "partition of", that waits for no reader and lets none wait
    execute format('create table %I (like %I including defaults including constraints including storage)', name, parent);
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    if parent = 'metric_day' then
        execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, name, first, next);
    else
        execute format(
            'alter table %I attach partition %I for values from (%L) to (%L)',
            parent, name, first::timestamptz, next::timestamptz);
    end if;
    return true;
end
$$;

-- Drops the partitions that hold nothing from `oldest` on; says how many.
create function metric_partition_drop(parent text, oldest date) returns integer
    language plpgsql
    security definer
    set search_path = ${flyway:defaultSchema}, pg_temp
    set lock_timeout = '3s'
    set timezone = 'UTC'
as $$
declare
    kept    date := metric_partition_begin(parent, oldest);
    name    text;
    dropped integer := 0;
begin
    if parent is null or parent not in ('metric_batch', 'metric_hour', 'metric_day') then
        raise exception 'no table of metrics: %', parent using errcode = 'invalid_parameter_value';
    end if;
    if oldest is null or oldest > current_date - 2 then
        raise exception 'the last two days are never dropped: %', oldest using errcode = 'invalid_parameter_value';
    end if;
    for name in
        select child.relname
        from pg_inherits
        join pg_class child on child.oid = inhrelid
        where inhparent = to_regclass(format('%I.%I', current_schema(), parent))
          and to_date(right(child.relname, 8), 'YYYYMMDD') < kept
        order by child.relname
    loop
        execute format('drop table %I', name);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$$;

revoke execute on function
    metric_partition_begin(text, date), metric_partition_make(text, date), metric_partition_drop(text, date) from public;
grant execute on function metric_partition_make(text, date), metric_partition_drop(text, date) to ${service_role};

-- Which replica does a scheduled job, and until when it may (ShedLock).
create table shedlock (
    name       varchar(64) primary key,
    lock_until timestamptz not null,
    locked_at  timestamptz not null,
    locked_by  varchar(255) not null
);
grant select, insert, update on shedlock to ${service_role};
