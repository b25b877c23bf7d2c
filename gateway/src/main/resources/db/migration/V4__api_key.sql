-- What a program shows in the place of its owner. Of the key itself only the hash is kept, and its first characters, by
-- which its owner knows it again.
create table api_key (
    id             uuid primary key,
    tenant_id      uuid not null,
    owner_id       uuid not null,
    owner_username text not null,
    name           text not null,
    prefix         text not null,
    key_sha256     text not null unique,
    scopes         text[] not null,
    created_at     timestamptz not null,
    expires_at     timestamptz not null,
    last_used_at   timestamptz,
    revoked_at     timestamptz
);
create index api_key_of_owner on api_key (owner_id, created_at desc, id desc) where revoked_at is null;
create index api_key_of_tenant on api_key (tenant_id, created_at desc, id desc) where revoked_at is null;

grant select, insert, update, delete on api_key to ${service_role};

alter table api_key enable row level security;
alter table api_key force row level security;
create policy own_tenant on api_key
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
