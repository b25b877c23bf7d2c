-- Templates of tests as public collections have them; shared by all tenants, read again without being doubled.
create table shared_template (
    id                    uuid primary key,
    source                text not null,
    -- the collection's own id of it
    source_id             text not null,
    source_url            text,
    mitre_technique_id    text not null,
    name                  text not null,
    description           text not null,
    platforms             text[] not null,
    severity              text not null,
    tool_suggested        text,
    -- text for people: nothing of it is ever run
    attack_procedure      text not null,
    expected_detection    text,
    suggested_remediation text,
    -- the collection does not have it any more
    gone                  boolean not null default false,
    created_at            timestamptz not null,
    updated_at            timestamptz not null
);
create unique index shared_template_source on shared_template (source, source_id);
create index shared_template_technique on shared_template (mitre_technique_id);

-- A tenant's own templates.
create table own_template (
    id                    uuid primary key,
    tenant_id             uuid not null,
    source                text not null,
    source_url            text,
    mitre_technique_id    text not null,
    name                  text not null,
    description           text not null,
    platforms             text[] not null,
    severity              text not null,
    tool_suggested        text,
    attack_procedure      text not null,
    expected_detection    text,
    suggested_remediation text,
    atomic_test_id        text,
    created_by            text not null,
    created_at            timestamptz not null
);
create index own_template_list on own_template (tenant_id, id);

-- Which templates a tenant switched off, shared ones and its own.
create table template_choice (
    tenant_id   uuid not null,
    template_id uuid not null,
    is_active   boolean not null,
    primary key (tenant_id, template_id)
);

grant select, insert, update, delete on shared_template, own_template, template_choice to ${service_role};

alter table own_template enable row level security;
alter table own_template force row level security;
create policy own_tenant on own_template
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table template_choice enable row level security;
alter table template_choice force row level security;
create policy own_tenant on template_choice
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
