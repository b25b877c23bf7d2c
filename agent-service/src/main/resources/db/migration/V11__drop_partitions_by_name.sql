-- As before, but a name is looked at only once it is known to be a partition's: the planner may test the names of all
-- relations before it joins them.
create or replace function metric_partition_drop(parent text, oldest date) returns integer
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
        order by child.relname
    loop
        if to_date(right(name, 8), 'YYYYMMDD') < kept then
            execute format('drop table %I', name);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end
$$;
