-- What people are told. It is addressed to one person or to all of a role: who joins a role later reads it too.
create table notification (
    id           uuid primary key,
    tenant_id    uuid not null,
    recipient_id uuid,
    role         text,
    type         text not null,
    title        text not null,
    message      text not null,
    test_id      uuid,
    created_at   timestamptz not null,
    check ((recipient_id is null) <> (role is null))
);
create index notification_person on notification (tenant_id, recipient_id, id desc) where recipient_id is not null;
create index notification_role on notification (tenant_id, role, id desc) where role is not null;
create index notification_new on notification (created_at);

-- Up to where somebody has read all, by one wish; single ones above it stand in notification_read.
create table notification_reader (
    tenant_id  uuid not null,
    user_id    uuid not null,
    read_up_to uuid not null,
    primary key (tenant_id, user_id)
);

create table notification_read (
    tenant_id       uuid not null,
    user_id         uuid not null,
    notification_id uuid not null references notification (id) on delete cascade,
    primary key (tenant_id, user_id, notification_id)
);
create index notification_read_by_notification on notification_read (notification_id);

grant select, insert, update, delete on notification, notification_reader, notification_read to ${service_role};

alter table notification enable row level security;
alter table notification force row level security;
create policy own_tenant on notification
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table notification_reader enable row level security;
alter table notification_reader force row level security;
create policy own_tenant on notification_reader
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table notification_read enable row level security;
alter table notification_read force row level security;
create policy own_tenant on notification_read
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
