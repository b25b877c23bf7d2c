-- For every service's database: whose rows a transaction may touch is worked out once a statement, not once a row. A
-- subselect that names no column of the table is evaluated ahead of the scan. Tables made after this has run bring
-- their policy in this form. Figures: docs/adr/0003.
do $$
declare
    walled record;
begin
    for walled in
        select p.tablename, case when c.column_name is null then 'id' else 'tenant_id' end as owner
        from pg_policies p
        left join information_schema.columns c
            on c.table_schema = p.schemaname and c.table_name = p.tablename and c.column_name = 'tenant_id'
        where p.schemaname = current_schema() and p.policyname = 'own_tenant'
    loop
        execute format(
            'alter policy own_tenant on %1$I using (
                (select current_setting(''wardroom.tenant'', true)) = ''*''
                or %2$I = any ((
                    select case when scope <> ''*'' then string_to_array(scope, '','')::uuid[] end
                    from current_setting(''wardroom.tenant'', true) as scope)::uuid[]))',
            walled.tablename, walled.owner);
    end loop;
end
$$;
