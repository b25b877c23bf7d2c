-- ATT&CK as it was read, whole, once for each version: what one version says is never changed by another. These tables
-- are shared by all tenants; what a tenant says of a technique stands in tables of its own.
create table catalogue_version (
    catalogue   integer primary key,
    -- the one that was current when this one was read; its changes are told against it
    parent      integer,
    domain      text not null,
    name        text not null,
    version     text not null,
    stix        text not null,
    source      text not null,
    sha256      text not null,
    counts      jsonb not null,
    changes     jsonb not null,
    imported_at timestamptz not null,
    imported_by text not null,
    -- a version that somebody took back does not come again by itself
    rolled_back boolean not null default false
);

-- the version that everything reads; no row while nothing was read yet
create table catalogue_current (
    one       boolean primary key default true check (one),
    catalogue integer not null references catalogue_version (catalogue)
);

create table tactic (
    catalogue   integer not null references catalogue_version (catalogue) on delete cascade,
    id          uuid not null,
    mitre_id    text not null,
    shortname   text not null,
    name        text not null,
    description text not null,
    -- its column in the matrix, from 0
    position    integer not null,
    primary key (catalogue, shortname)
);

create table technique (
    catalogue       integer not null references catalogue_version (catalogue) on delete cascade,
    -- the STIX id's own UUID: the same in every version and every installation
    id              uuid not null,
    mitre_id        text not null,
    name            text not null,
    description     text not null,
    -- in matrix order
    tactics         text[] not null,
    -- in lower case
    platforms       text[] not null,
    detection       text not null,
    is_subtechnique boolean not null,
    parent_id       uuid,
    revoked         boolean not null,
    deprecated      boolean not null,
    -- the bundle does not know it any more: kept from the version before
    gone            boolean not null,
    -- what it was revoked for, at the end of the chain
    successor_id    uuid,
    url             text,
    version         text,
    modified        timestamptz,
    -- the catalogue in which it last changed so that people should look at it again; 0 for never
    changed_in      integer not null,
    primary key (catalogue, id)
);
-- among those in use a public id stands for one technique
create unique index technique_mitre_id on technique (catalogue, mitre_id) where not revoked and not deprecated;
create index technique_find on technique (catalogue, mitre_id);

-- Groups, campaigns, software, mitigations, data sources and components, detection strategies, analytics.
create table catalogue_object (
    catalogue   integer not null references catalogue_version (catalogue) on delete cascade,
    stix_id     text not null,
    kind        text not null,
    mitre_id    text,
    name        text not null,
    description text not null,
    aliases     text[] not null,
    platforms   text[] not null,
    revoked     boolean not null,
    deprecated  boolean not null,
    modified    timestamptz,
    -- what only its kind has: log sources, first and last seen, mutable elements
    details     jsonb not null,
    primary key (catalogue, stix_id)
);
create index catalogue_object_kind on catalogue_object (catalogue, kind, mitre_id);

-- `source` and `target` are STIX ids; what a bundle tells by a field of an object (a strategy's analytics) is a
-- relation too.
create table catalogue_relation (
    catalogue   integer not null references catalogue_version (catalogue) on delete cascade,
    stix_id     text not null,
    kind        text not null,
    source      text not null,
    target      text not null,
    description text not null,
    primary key (catalogue, stix_id)
);
create index catalogue_relation_source on catalogue_relation (catalogue, source, kind);
create index catalogue_relation_target on catalogue_relation (catalogue, target, kind);

grant select, insert, update, delete
    on catalogue_version, catalogue_current, tactic, technique, catalogue_object, catalogue_relation to ${service_role};
