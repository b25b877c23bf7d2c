-- The tables Namastack's outbox works with. Its rows are the service's own, not a tenant's: the tenant stands in each event.
create table outbox_record (
    id             varchar(255) primary key,
    status         varchar(20) not null,
    record_key     varchar(255) not null,
    record_type    varchar(255) not null,
    payload        text not null,
    context        text,
    created_at     timestamptz not null,
    completed_at   timestamptz,
    failure_count  int not null,
    failure_reason varchar(1000),
    next_retry_at  timestamptz not null,
    partition_no   integer not null,
    handler_id     varchar(1000) not null
);
create index outbox_record_due on outbox_record (partition_no, status, next_retry_at);
create index outbox_record_order on outbox_record (record_key, completed_at, created_at);

create table outbox_instance (
    instance_id    varchar(255) primary key,
    hostname       varchar(255) not null,
    port           integer not null,
    status         varchar(50) not null,
    started_at     timestamptz not null,
    last_heartbeat timestamptz not null,
    created_at     timestamptz not null,
    updated_at     timestamptz not null
);

create table outbox_partition (
    partition_number integer primary key,
    instance_id      varchar(255),
    version          bigint not null default 0,
    updated_at       timestamptz not null
);

grant select, insert, update, delete on outbox_record, outbox_instance, outbox_partition to ${service_role};

-- Which replica does a scheduled job, and until when it may (ShedLock).
create table shedlock (
    name       varchar(64) primary key,
    lock_until timestamptz not null,
    locked_at  timestamptz not null,
    locked_by  varchar(255) not null
);
grant select, insert, update on shedlock to ${service_role};
