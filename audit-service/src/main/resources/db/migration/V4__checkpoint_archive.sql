-- A work list: trees with a checkpoint that lies in no archive yet. Filled only where an archive is configured.
create table audit_archive_due (
    tenant_id uuid primary key
);
grant select, insert, update, delete on audit_archive_due to ${service_role};

alter table audit_archive_due enable row level security;
alter table audit_archive_due force row level security;
create policy own_tenant on audit_archive_due
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
