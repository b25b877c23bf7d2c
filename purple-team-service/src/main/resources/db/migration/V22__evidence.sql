-- What was put beside a test as evidence; the bytes lie in the object store.
create table evidence (
    id               uuid primary key,
    tenant_id        uuid not null,
    test_id          uuid not null references attack_test (id) on delete cascade,
    -- red or blue: whose evidence it is
    team             text not null,
    file_name        text not null,
    -- as the bytes say, whatever the sender called it
    content_type     text not null,
    size_bytes       bigint not null,
    -- null while it is on its way to the store; then nobody sees it
    sha256_hash      text,
    notes            text,
    object_key       text not null,
    uploaded_by      uuid not null,
    uploaded_by_name text not null,
    uploaded_at      timestamptz not null
);
create index evidence_list on evidence (tenant_id, test_id, id);
create index evidence_unfinished on evidence (uploaded_at) where sha256_hash is null;

grant select, insert, update, delete on evidence to ${service_role};

alter table evidence enable row level security;
alter table evidence force row level security;
create policy own_tenant on evidence
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
