-- Who a tenant's people are, Keycloak knows; here is what it does not keep.
create table tenant (
    id             uuid primary key,
    name           text not null,
    created_at     timestamptz not null,
    owner_id       uuid,
    owner_username text,
    owner_email    text
);
create unique index tenant_name on tenant (lower(name));
create index tenant_list on tenant (created_at, id);

create table invitation (
    id           uuid primary key,
    tenant_id    uuid not null,
    email        text not null,
    role         text not null,
    token_sha256 text not null unique,
    invited_by   uuid not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    accepted_at  timestamptz,
    accepted_by  uuid,
    replaced_at  timestamptz
);
create index invitation_list on invitation (tenant_id, created_at desc, id desc);
-- at most one open invitation an address and tenant
create unique index invitation_open on invitation (tenant_id, email) where accepted_at is null and replaced_at is null;

create table password_reset (
    token_sha256 text primary key,
    tenant_id    uuid not null,
    user_id      uuid not null,
    created_at   timestamptz not null,
    expires_at   timestamptz not null,
    -- used, or void since a later one was asked for
    used_at      timestamptz
);
create index password_reset_user on password_reset (user_id, created_at);
create index password_reset_age on password_reset (expires_at);

grant select, insert, update, delete on tenant, invitation, password_reset to ${service_role};

alter table tenant enable row level security;
alter table tenant force row level security;
create policy own_tenant on tenant
    using (current_setting('wardroom.tenant', true) = '*'
        or id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table invitation enable row level security;
alter table invitation force row level security;
create policy own_tenant on invitation
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table password_reset enable row level security;
alter table password_reset force row level security;
create policy own_tenant on password_reset
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
