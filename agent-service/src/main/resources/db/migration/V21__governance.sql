-- What people say of a host: whose it is, what it is for, how much it matters.
create table agent_governance (
    agent_id            uuid primary key references agent (id) on delete cascade,
    tenant_id           uuid not null,
    owner               text,
    owner_email         text,
    business_unit       text,
    environment         text,
    criticality         text,
    data_classification text,
    pii                 boolean,
    location            text,
    cost_center         text,
    runbook_url         text,
    notes               text,
    review_due_at       timestamptz,
    updated_at          timestamptz not null,
    updated_by          text not null
);
create index agent_governance_filter on agent_governance (tenant_id, environment, criticality);

grant select, insert, update, delete on agent_governance to ${service_role};

alter table agent_governance enable row level security;
alter table agent_governance force row level security;
create policy own_tenant on agent_governance
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

-- What people changed of the labels a machine gives itself: these come anew with each registration. A null hides one.
alter table agent add column own_labels jsonb not null default '{}';
