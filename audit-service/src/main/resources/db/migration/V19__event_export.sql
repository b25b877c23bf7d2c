-- Tenants whose events are copied into topics of their own. At most some hundred rows.
create table event_export (
    tenant_id  uuid primary key,
    -- since when it is on without a break; null while it is off
    since      timestamptz,
    updated_at timestamptz not null,
    updated_by uuid not null
);
grant select, insert, update on event_export to ${service_role};

alter table event_export enable row level security;
alter table event_export force row level security;
create policy own_tenant on event_export
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
