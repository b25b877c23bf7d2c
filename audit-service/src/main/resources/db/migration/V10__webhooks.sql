-- Where a tenant wants to be told what happens, and what became of each telling: docs/adr/0021-webhooks.md.
create table webhook (
    id              uuid primary key,
    tenant_id       uuid not null,
    url             text not null,
    description     text,
    events          text[] not null,
    -- sealed by the service: a copy of this table tells no secret
    secret          text not null,
    former_secret   text,
    former_until    timestamptz,
    enabled         boolean not null,
    disabled_at     timestamptz,
    disabled_reason text,
    -- the receiver asked for a pause
    paused_until    timestamptz,
    failing_since   timestamptz,
    last_success_at timestamptz,
    last_failure_at timestamptz,
    created_by      uuid not null,
    created_at      timestamptz not null,
    updated_at      timestamptz not null,
    -- gone for everybody; its rows are cleared away step by step
    deleted_at      timestamptz
);
create index webhook_list on webhook (tenant_id, id desc);
create index webhook_silent on webhook (id) where not enabled;

-- One event as it is told, the same bytes to each webhook and at each try. The id is the event's own: a record that
-- comes again finds it here.
create table webhook_message (
    id          uuid primary key,
    tenant_id   uuid not null,
    event       text not null,
    type        text not null,
    body        text not null,
    occurred_at timestamptz not null,
    stored_at   timestamptz not null
);
create index webhook_message_age on webhook_message (stored_at);

create table webhook_delivery (
    id              uuid primary key,
    tenant_id       uuid not null,
    webhook_id      uuid not null references webhook,
    message_id      uuid not null references webhook_message,
    -- 0: the delivery itself, n: its n-th replay
    replay          integer not null,
    status          text not null check (status in ('pending', 'delivered', 'failed', 'skipped')),
    attempts        integer not null default 0,
    most_attempts   integer not null,
    -- while a replica is at it: until when nobody else is
    due_at          timestamptz not null,
    claim           uuid,
    created_at      timestamptz not null,
    last_attempt_at timestamptz,
    finished_at     timestamptz,
    -- one object a try, ten at most
    tries           jsonb not null default '[]',
    unique (message_id, webhook_id, replay)
);
create index webhook_delivery_due on webhook_delivery (webhook_id, due_at) where status = 'pending';
create index webhook_delivery_list on webhook_delivery (webhook_id, id desc);

grant select, insert, update, delete on webhook, webhook_message, webhook_delivery to ${service_role};

alter table webhook enable row level security;
alter table webhook force row level security;
create policy own_tenant on webhook
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table webhook_message enable row level security;
alter table webhook_message force row level security;
create policy own_tenant on webhook_message
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table webhook_delivery enable row level security;
alter table webhook_delivery force row level security;
create policy own_tenant on webhook_delivery
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
