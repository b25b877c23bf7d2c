-- Records that a consumer gave up, as they lay on the topics *.dlt: kept to be looked at, and to be sent once more.
create table dead_letter (
    id                uuid primary key,
    -- the nil UUID where the record names none that can be read
    tenant_id         uuid not null,
    -- where it could not be worked off
    topic             text not null,
    record_partition  integer,
    record_offset     bigint,
    -- where it was laid then: what tells it from every other
    dead_partition    integer not null,
    dead_offset       bigint not null,
    dead_at           timestamptz not null,
    record_key        bytea,
    key_text          text,
    -- those it had at first, as JSON in bytes: their texts may hold what a text of the database cannot
    headers           bytea not null,
    value             bytea,
    event_id          text,
    event_type        text,
    consumer_group    text,
    exception_class   text,
    exception_message text,
    -- set where it had been sent once more before, and failed again
    replay_of         uuid,
    replayed_at       timestamptz,
    replayed_by       text,
    sent_at           timestamptz,
    unique (topic, dead_partition, dead_offset, dead_at)
);
create index dead_letter_topic on dead_letter (topic, id desc);
create index dead_letter_age on dead_letter (dead_at);

grant select, insert, update, delete on dead_letter to ${service_role};

alter table dead_letter enable row level security;
alter table dead_letter force row level security;
create policy own_tenant on dead_letter
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
