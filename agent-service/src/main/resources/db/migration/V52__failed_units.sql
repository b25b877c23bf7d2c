-- The inventory knows which units failed; the index keeps asking for them cheap.
create index inventory_row_failed_unit on inventory_row (agent_id)
    where section = 'systemd' and item->>'active_state' = 'failed';
drop table agent_failed_unit;
