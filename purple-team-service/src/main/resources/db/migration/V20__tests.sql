-- One ATT&CK test of a tenant, from its draft to its verdict.
create table attack_test (
    id                    uuid primary key,
    tenant_id             uuid not null,
    technique_id          uuid not null,
    technique_mitre_id    text not null,
    -- the template it was made from
    template_id           uuid,
    name                  text not null,
    description           text not null,
    platform              text,
    procedure_text        text,
    tool_used             text,
    state                 text not null,
    created_by            uuid not null,
    created_by_name       text not null,
    created_at            timestamptz not null,
    updated_at            timestamptz not null,
    -- when it came to each state last; execution_date is when red began
    execution_date        timestamptz,
    red_submitted_at      timestamptz,
    blue_submitted_at     timestamptz,
    decided_at            timestamptz,
    reopened_at           timestamptz,
    attack_success        boolean,
    red_summary           text,
    detection_result      text,
    blue_summary          text,
    red_validation_status  text,
    red_validation_notes   text,
    red_validated_by       uuid,
    red_validated_at       timestamptz,
    blue_validation_status text,
    blue_validation_notes  text,
    blue_validated_by      uuid,
    blue_validated_at      timestamptz,
    remediation_steps        text,
    remediation_status       text,
    remediation_assignee     uuid,
    remediation_completed_at timestamptz,
    -- the first of its chain of retests: its own id where it is the first
    root_id               uuid not null,
    retest_of             uuid,
    retest_count          integer not null,
    version               bigint not null
);
-- ids are made in the order of time: the newest first is the greatest first
create index attack_test_list on attack_test (tenant_id, id desc);
create index attack_test_state on attack_test (tenant_id, state, id desc);
create index attack_test_technique on attack_test (tenant_id, technique_id, id desc);
create index attack_test_creator on attack_test (tenant_id, created_by, id desc);
create index attack_test_recent on attack_test (tenant_id, updated_at desc);
create index attack_test_chain on attack_test (tenant_id, root_id, id);
create index attack_test_remediation on attack_test (tenant_id, remediation_status, id desc)
    where remediation_steps is not null;

-- What happened to a test, in order. Rows are only added.
create table attack_test_step (
    id         uuid primary key,
    tenant_id  uuid not null,
    test_id    uuid not null references attack_test (id) on delete cascade,
    change     text not null,
    from_state text,
    to_state   text not null,
    fields     text[] not null,
    by_id      uuid not null,
    by_name    text not null,
    at         timestamptz not null,
    version    bigint not null
);
create index attack_test_step_list on attack_test_step (tenant_id, test_id, version);

grant select, insert, update, delete on attack_test to ${service_role};
grant select, insert on attack_test_step to ${service_role};

alter table attack_test enable row level security;
alter table attack_test force row level security;
create policy own_tenant on attack_test
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table attack_test_step enable row level security;
alter table attack_test_step force row level security;
create policy own_tenant on attack_test_step
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
