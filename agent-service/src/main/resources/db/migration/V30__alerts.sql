-- Alerts: what shall be told (rules), what is being judged (states), what was told (alerts), and when nobody wants to be
-- told (silences, maintenance windows). See docs/adr/0011-alerts.md.

create table alert_rule (
    id                uuid primary key,
    tenant_id         uuid not null,
    name              text not null,
    category          text not null,
    kind              text not null,
    metric            text,
    labels            jsonb not null,
    aggregate         text,
    window_secs       integer not null,
    comparison        text,
    threshold         double precision,
    per_core          boolean not null,
    for_secs          integer not null,
    keep_firing_secs  integer not null,
    severity          text not null,
    scope_tags        text[] not null,
    scope_labels      jsonb not null,
    scope_agents      uuid[] not null,
    enabled           boolean not null,
    template          text,
    -- grows with each change of what the rule asks for: states of an older one are void
    condition_version bigint not null,
    created_at        timestamptz not null,
    updated_at        timestamptz not null
);
create index alert_rule_list on alert_rule (tenant_id, name, id);

-- Tenants that have had the rules Wardroom ships, so that one they deleted does not come back.
create table alert_defaults (
    tenant_id uuid primary key,
    given_at  timestamptz not null
);

create table alert (
    id              uuid primary key,
    tenant_id       uuid not null,
    agent_id        uuid not null references agent (id) on delete cascade,
    rule_id         uuid,
    category        text not null,
    severity        text not null,
    title           text not null,
    detail          text,
    status          text not null,
    count           integer not null,
    fingerprint     text not null,
    muted_by        text,
    -- null while it is muted: nobody outside has heard of it
    announced_at    timestamptz,
    detected_at     timestamptz not null,
    last_at         timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text,
    resolved_at     timestamptz,
    resolved_by     text
);
-- what is open already is counted, not opened again
create unique index alert_open on alert (tenant_id, fingerprint) where status <> 'resolved';
create index alert_list on alert (tenant_id, id desc);
create index alert_of_agent on alert (agent_id, id desc);
create index alert_muted on alert (id) where announced_at is null and status <> 'resolved';
create index alert_age on alert (resolved_at) where status = 'resolved';

-- A condition that holds or did so a moment ago, for one rule, agent and series. Where there is no row it does not.
create table alert_state (
    tenant_id         uuid not null,
    agent_id          uuid not null references agent (id) on delete cascade,
    rule_id           uuid not null,
    series_id         uuid not null,
    condition_version bigint not null,
    phase             text not null,
    since             timestamptz not null,
    known_at          timestamptz not null,
    false_since       timestamptz,
    alert_id          uuid,
    primary key (agent_id, rule_id, series_id)
);
create index alert_state_alert on alert_state (alert_id) where alert_id is not null;

-- Units that failed, as the newest inventory of each agent says.
create table agent_failed_unit (
    agent_id    uuid primary key references agent (id) on delete cascade,
    tenant_id   uuid not null,
    units       text[] not null,
    observed_at timestamptz not null
);

-- The last change of each agent's liveness that was published.
create table agent_liveness (
    agent_id  uuid primary key references agent (id) on delete cascade,
    tenant_id uuid not null,
    online    boolean not null,
    since     timestamptz not null
);

create table silence (
    id         uuid primary key,
    tenant_id  uuid not null,
    rule_id    uuid,
    agent_id   uuid,
    tag        text,
    category   text,
    severity   text,
    starts_at  timestamptz not null,
    ends_at    timestamptz not null,
    reason     text not null,
    created_by text not null,
    created_at timestamptz not null
);
create index silence_list on silence (tenant_id, ends_at);

-- One-off (starts_at, ends_at) or weekly (days, times of day and their zone).
create table maintenance_window (
    id         uuid primary key,
    tenant_id  uuid not null,
    name       text not null,
    agent_ids  uuid[] not null,
    tags       text[] not null,
    starts_at  timestamptz,
    ends_at    timestamptz,
    days       text[],
    start_time text,
    end_time   text,
    time_zone  text,
    created_by text not null,
    created_at timestamptz not null
);
create index maintenance_window_list on maintenance_window (tenant_id, id);

-- How far the rules have been judged: the moment under way, and behind which agent the next step goes on; null between
-- two moments. One row, the installation's own.
create table alert_clock (
    one    boolean primary key default true check (one),
    moment timestamptz not null,
    behind uuid
);

-- Since when the hub hears its agents without a break, and up to when all it received is stored. One row.
create table hub_hearing (
    one          boolean primary key default true check (one),
    -- everything that was received before is stored
    caught_up    timestamptz not null,
    -- where the partitions ended at the moment below: once all that is committed, `caught_up` is that moment
    target       jsonb,
    target_at    timestamptz,
    heard_until  timestamptz not null,
    hears        boolean not null,
    hears_since  timestamptz not null,
    -- until then agents may still be on their way back from a break
    back_until   timestamptz not null
);

grant select, insert, update, delete on
    alert_rule, alert_defaults, alert, alert_state, agent_failed_unit, agent_liveness, silence, maintenance_window,
    alert_clock, hub_hearing
    to ${service_role};

alter table alert_rule enable row level security;
alter table alert_rule force row level security;
create policy own_tenant on alert_rule
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table alert_defaults enable row level security;
alter table alert_defaults force row level security;
create policy own_tenant on alert_defaults
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table alert enable row level security;
alter table alert force row level security;
create policy own_tenant on alert
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table alert_state enable row level security;
alter table alert_state force row level security;
create policy own_tenant on alert_state
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table agent_failed_unit enable row level security;
alter table agent_failed_unit force row level security;
create policy own_tenant on agent_failed_unit
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table agent_liveness enable row level security;
alter table agent_liveness force row level security;
create policy own_tenant on agent_liveness
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table silence enable row level security;
alter table silence force row level security;
create policy own_tenant on silence
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table maintenance_window enable row level security;
alter table maintenance_window force row level security;
create policy own_tenant on maintenance_window
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));
