-- Ten a person, replaced together: what stands in for the codes of a lost authenticator app. Keycloak knows nothing of them.
create table recovery_code (
    user_id     uuid not null,
    code_sha256 text not null,
    tenant_id   uuid not null,
    created_at  timestamptz not null,
    used_at     timestamptz,
    primary key (user_id, code_sha256)
);

grant select, insert, update, delete on recovery_code to ${service_role};

alter table recovery_code enable row level security;
alter table recovery_code force row level security;
create policy own_tenant on recovery_code
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
