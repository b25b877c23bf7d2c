-- Tests that a change of the catalogue carried from a technique that was revoked to its successor, so that they can be
-- taken back exactly.
create table attack_test_remap (
    id             uuid primary key,
    tenant_id      uuid not null,
    catalogue      integer not null,
    -- the order in which they were carried
    step           integer not null,
    test_id        uuid not null references attack_test (id) on delete cascade,
    from_id        uuid not null,
    from_mitre_id  text not null,
    to_id          uuid not null,
    to_mitre_id    text not null,
    carried_at     timestamptz not null,
    taken_back_at  timestamptz
);
create index attack_test_remap_catalogue on attack_test_remap (catalogue, id);
create index attack_test_remap_test on attack_test_remap (test_id);

grant select, insert, update, delete on attack_test_remap to ${service_role};

alter table attack_test_remap enable row level security;
alter table attack_test_remap force row level security;
create policy own_tenant on attack_test_remap
    using ((select current_setting('wardroom.tenant', true)) = '*'
        or tenant_id = any ((
            select case when scope <> '*' then string_to_array(scope, ',')::uuid[] end
            from current_setting('wardroom.tenant', true) as scope)::uuid[]));
