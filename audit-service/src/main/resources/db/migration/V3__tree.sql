-- The tree of each tenant's log (RFC 6962). What is written here stays, as the log itself: docs/adr/0020-proof-of-the-log.md.
create table audit_leaf (
    tenant_id  uuid not null,
    leaf_index bigint not null,
    row_id     uuid not null unique,
    leaf_hash  bytea not null,
    -- leaves together with a row that is erased; without it the hash tells nothing of what the row was
    salt       bytea,
    -- on the last leaf of each append: the roots of the complete subtrees that make up the tree so far, largest first
    frontier   bytea,
    primary key (tenant_id, leaf_index)
);

-- the root of each complete subtree of 16, 256, 4,096, ... leaves: those between are worked out from at most 16 others
create table audit_subtree (
    tenant_id uuid not null,
    level     smallint not null,
    position  bigint not null,
    root_hash bytea not null,
    primary key (tenant_id, level, position)
);

create table audit_checkpoint (
    tenant_id uuid not null,
    tree_size bigint not null,
    root_hash bytea not null,
    signed_at timestamptz not null,
    note      text not null,
    primary key (tenant_id, tree_size)
);

-- work lists, not evidence: trees that grew since their last checkpoint, rows that are in no tree yet
create table audit_tree_due (
    tenant_id uuid primary key,
    tree_size bigint not null
);
create table audit_unproven (
    row_id    uuid primary key,
    tenant_id uuid not null
);
-- rows from before there were trees
select set_config('wardroom.tenant', '*', true);
insert into audit_unproven select id, tenant_id from audit_log;

-- what comes in is cut to that; an index cannot hold longer texts that may lie here from before
create index audit_log_entity_id on audit_log (tenant_id, entity_id, id desc) where octet_length(entity_id) <= 1000;

grant select, insert on audit_leaf, audit_subtree, audit_checkpoint to ${service_role};
grant select, insert, update, delete on audit_tree_due, audit_unproven to ${service_role};

alter table audit_leaf enable row level security;
alter table audit_leaf force row level security;
create policy own_tenant on audit_leaf
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table audit_subtree enable row level security;
alter table audit_subtree force row level security;
create policy own_tenant on audit_subtree
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table audit_checkpoint enable row level security;
alter table audit_checkpoint force row level security;
create policy own_tenant on audit_checkpoint
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table audit_tree_due enable row level security;
alter table audit_tree_due force row level security;
create policy own_tenant on audit_tree_due
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

alter table audit_unproven enable row level security;
alter table audit_unproven force row level security;
create policy own_tenant on audit_unproven
    using (current_setting('wardroom.tenant', true) = '*'
        or tenant_id::text = any (string_to_array(current_setting('wardroom.tenant', true), ',')));

-- Takes out what a row says, as a court or the law may ask for. Only the tables' owner can; the service's role cannot.
-- The leaf's hash stays, so that every proof and checkpoint still holds, and the erasure is a row of the log itself.
create function erase_audit_row(erased uuid, because text) returns void language plpgsql as $$
declare
    tenant uuid;
    place  bigint;
    trace  uuid := uuidv7();
begin
    perform set_config('wardroom.tenant', '*', true);
    update audit_leaf set salt = null where row_id = erased and salt is not null
        returning tenant_id, leaf_index into tenant, place;
    if place is null then
        raise exception 'no row % is in a tree', erased;
    end if;
    delete from audit_log where id = erased;
    insert into audit_log
            (id, tenant_id, at, actor_type, username, action, entity_type, entity_id, outcome, details)
        values (trace, tenant, now(), 'system', session_user, 'audit_row_erased', 'audit_log', erased::text, 'success',
            jsonb_build_object('leaf_index', place, 'reason', because));
    insert into audit_unproven (row_id, tenant_id) values (trace, tenant);
end
$$;
revoke all on function erase_audit_row from public;
