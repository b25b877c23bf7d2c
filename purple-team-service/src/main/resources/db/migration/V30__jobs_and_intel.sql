-- What is done by the clock: each run writes its beginning and its end here. Which replica may run it stands in
-- shedlock; a run that began, did not end, and whose lock is nobody's any more has crashed.
create table scheduled_job (
    -- its name in the API
    id          text primary key,
    name        text not null,
    -- a cron expression in UTC; - where it is switched off
    schedule    text not null,
    lock_name   text not null,
    next_run_at timestamptz,
    run_id      uuid,
    run_by      text,
    started_at  timestamptz,
    finished_at timestamptz,
    outcome     text not null default 'never',
    detail      text not null default ''
);
grant select, insert, update, delete on scheduled_job to ${service_role};

-- What public feeds tell of techniques; shared by all tenants, read again without being doubled.
create table intel_item (
    id           uuid primary key,
    feed         text not null,
    -- the feed's own id of it
    external_id  text not null,
    title        text not null,
    summary      text not null,
    url          text,
    published_at timestamptz,
    -- what only its feed has
    details      jsonb not null,
    recorded_at  timestamptz not null,
    updated_at   timestamptz not null
);
create unique index intel_item_external on intel_item (feed, external_id);
create index intel_item_list on intel_item (published_at desc nulls last, id desc);

-- Which technique an item is about, and how that is known. The technique is named as its source spells it: a source
-- is often older or newer than the catalogue.
create table intel_meeting (
    item_id     uuid not null references intel_item (id) on delete cascade,
    technique   text not null,
    rule        text not null,
    recorded_at timestamptz not null,
    primary key (item_id, technique, rule)
);
create index intel_meeting_technique on intel_meeting (technique);

grant select, insert, update, delete on intel_item, intel_meeting to ${service_role};
