-- How long a tenant keeps its telemetry, where it is not the platform's default.
create table retention (
    tenant_id   uuid primary key,
    raw_days    integer not null check (raw_days >= 2),
    hourly_days integer not null check (hourly_days >= 2),
    updated_at  timestamptz not null,
    updated_by  uuid not null
);

-- How far the job has come that removes rows of tenants who keep less than the longest-kept partition.
create table retention_sweep (
    tenant_id    uuid primary key,
    raw_until    date,
    hourly_until date,
    swept_at     timestamptz
);

grant select, insert, update on retention, retention_sweep to ${service_role};

alter table retention enable row level security;
alter table retention force row level security;
create policy own_tenant on retention
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table retention_sweep enable row level security;
alter table retention_sweep force row level security;
create policy own_tenant on retention_sweep
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

-- Removes at most `most` of a tenant's rows in `[first, next)` from a table of metrics; says how many. The service's role
-- may not delete closed hours, except through here and never of the last two days.
create function metric_expire(parent text, tenant uuid, first date, next date, most integer) returns integer
    language plpgsql
    security definer
    set search_path = ${flyway:defaultSchema}, pg_temp
    set timezone = 'UTC'
as $$
declare
    removed integer;
begin
    if tenant is null or most is null or most not between 1 and 10000 then
        raise exception 'no number of rows to remove: %', most using errcode = 'invalid_parameter_value';
    end if;
    if first is null or next is null or next > current_date - 1 then
        raise exception 'the last two days are never removed: %', next using errcode = 'invalid_parameter_value';
    end if;
    case parent
        when 'metric_hour' then
            delete from metric_hour where hour >= first::timestamptz and hour < next::timestamptz
                and (agent_id, hour) in (
                    select agent_id, hour from metric_hour
                    where tenant_id = tenant and hour >= first::timestamptz and hour < next::timestamptz limit most);
        when 'metric_batch' then
            delete from metric_batch where at >= first::timestamptz and at < next::timestamptz
                and (agent_id, at, batch_id) in (
                    select agent_id, at, batch_id from metric_batch
                    where tenant_id = tenant and at >= first::timestamptz and at < next::timestamptz limit most);
        when 'metric_day' then
            delete from metric_day where day >= first and day < next
                and (agent_id, day) in (
                    select agent_id, day from metric_day
                    where tenant_id = tenant and day >= first and day < next limit most);
        else
            raise exception 'no table of metrics: %', parent using errcode = 'invalid_parameter_value';
    end case;
    get diagnostics removed = row_count;
    return removed;
end
$$;

revoke execute on function metric_expire(text, uuid, date, date, integer) from public;
grant execute on function metric_expire(text, uuid, date, date, integer) to ${service_role};
