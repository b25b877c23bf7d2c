create table audit_log (
    id          uuid primary key,
    tenant_id   uuid not null,
    at          timestamptz not null,
    actor_type  text not null,
    user_id     uuid,
    username    text,
    action      text not null,
    entity_type text not null,
    entity_id   text,
    outcome     text not null,
    reason      text,
    source_ip   text,
    user_agent  text,
    request_id  text,
    details     jsonb not null,
    stored_at   timestamptz not null default now()
);
-- ids are UUIDv7: their order is the order of the deeds, and a page is a stretch of this index
create index audit_log_page on audit_log (tenant_id, id desc);
create index audit_log_action on audit_log (tenant_id, action, id desc);
create index audit_log_user on audit_log (tenant_id, user_id, id desc);
create index audit_log_entity on audit_log (tenant_id, entity_type, id desc);

-- what is written stays: the service may add rows and read them, nothing else
grant select, insert on audit_log to ${service_role};

alter table audit_log enable row level security;
alter table audit_log force row level security;
create policy own_tenant on audit_log
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
