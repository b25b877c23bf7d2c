-- When somebody last logged in; Keycloak keeps it for as long as its events only.
create table last_login (
    user_id   uuid primary key,
    tenant_id uuid not null,
    at        timestamptz not null
);

grant select, insert, update, delete on last_login to ${service_role};

alter table last_login enable row level security;
alter table last_login force row level security;
create policy own_tenant on last_login
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
