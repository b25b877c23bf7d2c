-- One tenant's techniques and tests, as if its people had worked on them for half a year. Settings say which tenant
-- (bench.tenant), how many tests (bench.tests) and whose they are (bench.people, ids joined by commas). Seeded rows of
-- an earlier run go first; nothing else is touched.

select set_config('bench.scale', greatest(current_setting('bench.tests')::int, 1)::text, false);

delete from attack_test
where tenant_id = current_setting('bench.tenant')::uuid and name like 'Seeded test %';
delete from own_template
where tenant_id = current_setting('bench.tenant')::uuid and name like 'Seeded template %';

-- the catalogue has somewhat less than 700 techniques: the tenant has the others
insert into own_technique (id, tenant_id, mitre_id, name, description, tactics, platforms, created_by, created_at)
select gen_random_uuid(), current_setting('bench.tenant')::uuid, 'SEEDED-' || n, 'Seeded technique ' || n,
    repeat('What it is. ', 100), array['execution', 'persistence'], array['linux', 'windows'], 'bench', now()
from generate_series(1, 700 - (
    select count(*) from technique
    where catalogue = (select catalogue from catalogue_current) and not revoked and not deprecated)) n
on conflict (tenant_id, mitre_id) do nothing;

create temporary table seeded_technique on commit drop as
select row_number() over (order by mitre_id) - 1 as place, id, mitre_id
from (
    select id, mitre_id from technique
    where catalogue = (select catalogue from catalogue_current) and not revoked and not deprecated
    union all
    select id, mitre_id from own_technique where tenant_id = current_setting('bench.tenant')::uuid
) t;
create unique index on seeded_technique (place);

insert into own_template (id, tenant_id, source, mitre_technique_id, name, description, platforms, severity,
    attack_procedure, created_by, created_at)
select gen_random_uuid(), current_setting('bench.tenant')::uuid, 'custom', t.mitre_id, 'Seeded template ' || t.place,
    repeat('What it does. ', 20), array['linux'], (array['low', 'medium', 'high'])[1 + t.place % 3],
    repeat('One step of it. ', 30), 'bench', now()
from seeded_technique t;

-- ids of an attack_test grow with its age, as those the service makes do
create temporary table seeded_test on commit drop as
select n, uuidv7(at - now()) as id, at as created_at, t.id as technique_id, t.mitre_id,
    people[1 + n % cardinality(people)] as creator, people[1 + (n + 7) % cardinality(people)] as lead,
    case
        -- a tenth of the techniques is only begun, another one done with
        when t.place % 10 = 8 then 'draft'
        when t.place % 10 = 9 then 'validated'
        when chance in (0, 1) then 'draft'
        when chance = 2 then 'red_executing'
        when chance = 3 then 'blue_evaluating'
        when chance in (4, 5) then 'in_review'
        when chance in (6, 7) then 'rejected'
        else 'validated'
    end as state,
    case t.place % 20 when 9 then 'detected' when 19 then 'not_detected'
        else (array['detected', 'detected', 'partially_detected', 'not_detected'])[1 + abs(hashint4(n + 1) % 4)]
    end as detection,
    (array['windows', 'linux', 'macos', 'containers', null])[1 + abs(hashint4(n + 2) % 5)] as platform
from generate_series(1, current_setting('bench.tests')::int) n
cross join lateral (
    select now() - interval '180 days' * (1 - n::float8 / current_setting('bench.scale')::float8)
        - interval '1 minute' as at,
        string_to_array(current_setting('bench.people'), ',')::uuid[] as people,
        -- the same in each run
        abs(hashint4(n) % 20) as chance) a
join seeded_technique t on t.place = (n * 7919::bigint) % (select count(*) from seeded_technique);

insert into attack_test (id, tenant_id, technique_id, technique_mitre_id, template_id, name, description, platform,
    procedure_text, tool_used, state, created_by, created_by_name, created_at, updated_at, execution_date,
    red_submitted_at, blue_submitted_at, decided_at, attack_success, red_summary, detection_result, blue_summary,
    red_validation_status, red_validation_notes, red_validated_by, red_validated_at, blue_validation_status,
    blue_validation_notes, blue_validated_by, blue_validated_at, remediation_steps, remediation_status,
    remediation_completed_at, root_id, retest_of, retest_count, version)
select s.id, current_setting('bench.tenant')::uuid, s.technique_id, s.mitre_id,
    (select o.id from own_template o where s.n % 3 = 0 and o.tenant_id = current_setting('bench.tenant')::uuid
        and o.mitre_technique_id = s.mitre_id limit 1),
    'Seeded test ' || s.n, repeat('What is tried, and what should be seen of it. ', 6), s.platform,
    repeat('One step of the procedure. ', 15), 'Atomic Red Team', s.state, s.creator, 'bench', s.created_at,
    s.created_at + interval '1 hour' * done.steps, at.started, at.red, at.blue, at.decided,
    case when at.red is not null then s.n % 4 > 0 end,
    case when at.red is not null then repeat('What red did. ', 10) end,
    case when at.blue is not null then s.detection end,
    case when at.blue is not null then repeat('What blue saw. ', 10) end,
    verdict.red, case when verdict.red = 'rejected' then 'Not enough.' end,
    case when verdict.red <> 'pending' then s.lead end, case when verdict.red <> 'pending' then at.decided end,
    verdict.blue, null,
    case when verdict.blue = 'approved' then s.lead end, case when verdict.blue = 'approved' then at.decided end,
    case when s.n % 4 = 0 then repeat('One step that mends it. ', 8) end,
    case when s.n % 4 = 0 then (array['pending', 'in_progress', 'completed', 'not_applicable'])[1 + s.n / 4 % 4] end,
    case when s.n % 4 = 0 and s.n / 4 % 4 = 2 then s.created_at + interval '5 hours' end,
    s.id, null, 0, done.steps
from seeded_test s
cross join lateral (
    select case s.state when 'draft' then 0 when 'red_executing' then 1 when 'blue_evaluating' then 2
        when 'in_review' then 3 else 4 end as steps) done
cross join lateral (
    select case when done.steps >= 1 then s.created_at + interval '1 hour' end as started,
        case when done.steps >= 2 then s.created_at + interval '2 hours' end as red,
        case when done.steps >= 3 then s.created_at + interval '3 hours' end as blue,
        case when done.steps >= 4 then s.created_at + interval '4 hours' end as decided) at
cross join lateral (
    select case s.state when 'in_review' then 'pending' when 'validated' then 'approved'
            when 'rejected' then 'rejected' end as red,
        case s.state when 'in_review' then 'pending' when 'validated' then 'approved'
            when 'rejected' then 'pending' end as blue) verdict
order by s.n;

insert into attack_test_step (id, tenant_id, test_id, change, from_state, to_state, fields, by_id, by_name, at, version)
select gen_random_uuid(), current_setting('bench.tenant')::uuid, t.id, step.change, step.before, step.after, '{}',
    t.created_by, 'bench', t.created_at + interval '1 hour' * step.version, step.version
from seeded_test s
join attack_test t on t.id = s.id
join (values
    (0, 'create_test', null, 'draft'),
    (1, 'start_test_execution', 'draft', 'red_executing'),
    (2, 'submit_test_red', 'red_executing', 'blue_evaluating'),
    (3, 'submit_test_blue', 'blue_evaluating', 'in_review'),
    (4, 'validate_test', 'in_review', 'validated')) step (version, change, before, after)
    on step.version <= t.version and (step.version < 4 or t.state = 'validated')
order by s.n, step.version;

-- what the tests say of their techniques, by the contract's rule
insert into technique_note (tenant_id, technique_id, status, reviewed_in)
select tenant_id, technique_id,
    case
        when count(*) filter (where state = 'validated') = 0 then 'in_progress'
        when count(*) filter (where state <> 'validated') > 0 then 'partial'
        when count(*) filter (where detection_result <> 'detected') = 0 then 'validated'
        when count(*) filter (where detection_result <> 'not_detected') = 0 then 'not_covered'
        else 'partial'
    end, 0
from attack_test
where tenant_id = current_setting('bench.tenant')::uuid
group by tenant_id, technique_id
on conflict (tenant_id, technique_id) do update set status = excluded.status;

insert into notification (id, tenant_id, recipient_id, role, type, title, message, test_id, created_at)
select uuidv7(s.created_at - now()), current_setting('bench.tenant')::uuid,
    case when s.n % 2 = 0 then s.creator end, case when s.n % 2 = 1 then 'blue_tech' end,
    case when s.n % 2 = 0 then 'test_validated' else 'test_blue_evaluating' end,
    'Seeded', 'Seeded test ' || s.n, s.id, s.created_at
from seeded_test s
where s.n > current_setting('bench.scale')::int * 0.8
    and not exists (select from notification where tenant_id = current_setting('bench.tenant')::uuid
        and title = 'Seeded');
