-- How many tests stand where, kept with each change: counting 100,000 rows for every list and figure takes 40 ms and a
-- core. A technique's rows are its own, so that only changes of one technique's tests wait for each other, as they do
-- already.
create table attack_test_count (
    tenant_id    uuid not null,
    technique_id uuid not null,
    state        text not null,
    -- 'none' stands for null in these three
    detection    text not null,
    red_verdict  text not null,
    blue_verdict text not null,
    tests        bigint not null,
    primary key (tenant_id, technique_id, state, detection, red_verdict, blue_verdict)
) with (fillfactor = 70);

grant select, insert, update, delete on attack_test_count to ${service_role};

alter table attack_test_count enable row level security;
alter table attack_test_count force row level security;
create policy own_tenant on attack_test_count using (
    (select current_setting('wardroom.tenant', true)) = '*'
    or tenant_id = any ((
        select case when scope <> '*' then string_to_array(scope, ',')::uuid[] end
        from current_setting('wardroom.tenant', true) as scope)::uuid[]));

-- Once a statement, in the order of the key: two that change the same counts cannot wait for each other.
create function attack_test_counted() returns trigger language plpgsql as $counted$
begin
    if tg_op = 'INSERT' then
        insert into attack_test_count as c
        select tenant_id, technique_id, state, coalesce(detection_result, 'none'),
            coalesce(red_validation_status, 'none'), coalesce(blue_validation_status, 'none'), count(*)
        from newer group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
        on conflict (tenant_id, technique_id, state, detection, red_verdict, blue_verdict)
            do update set tests = c.tests + excluded.tests;
    elsif tg_op = 'DELETE' then
        insert into attack_test_count as c
        select tenant_id, technique_id, state, coalesce(detection_result, 'none'),
            coalesce(red_validation_status, 'none'), coalesce(blue_validation_status, 'none'), -count(*)
        from older group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
        on conflict (tenant_id, technique_id, state, detection, red_verdict, blue_verdict)
            do update set tests = c.tests + excluded.tests;
    else
        insert into attack_test_count as c
        select tenant_id, technique_id, state, coalesce(detection_result, 'none'),
            coalesce(red_validation_status, 'none'), coalesce(blue_validation_status, 'none'), sum(change)
        from (
            select tenant_id, technique_id, state, detection_result, red_validation_status, blue_validation_status,
                1 as change
            from newer
            union all
            select tenant_id, technique_id, state, detection_result, red_validation_status, blue_validation_status, -1
            from older
        ) both_of_them
        group by 1, 2, 3, 4, 5, 6 having sum(change) <> 0 order by 1, 2, 3, 4, 5, 6
        on conflict (tenant_id, technique_id, state, detection, red_verdict, blue_verdict)
            do update set tests = c.tests + excluded.tests;
    end if;
    return null;
end
$counted$;

create trigger attack_test_added after insert on attack_test
    referencing new table as newer for each statement execute function attack_test_counted();
create trigger attack_test_changed after update on attack_test
    referencing old table as older new table as newer for each statement execute function attack_test_counted();
create trigger attack_test_removed after delete on attack_test
    referencing old table as older for each statement execute function attack_test_counted();

select set_config('wardroom.tenant', '*', true);
insert into attack_test_count
select tenant_id, technique_id, state, coalesce(detection_result, 'none'),
    coalesce(red_validation_status, 'none'), coalesce(blue_validation_status, 'none'), count(*)
from attack_test group by 1, 2, 3, 4, 5, 6;
select set_config('wardroom.tenant', '', true);

-- Lists that had to look at every test. An index of `lower(platform)` would not be used: ahead of the policy PostgreSQL
-- asks an index nothing but what cannot leak, and lower() is not known to be so.
alter table attack_test add column platform_folded text generated always as (lower(platform)) stored;
create index attack_test_platform on attack_test (tenant_id, platform_folded, id desc);
create index attack_test_retests on attack_test (tenant_id, retest_of, id desc) where retest_of is not null;
