-- Events of an aggregate leave in the order in which the database took them, whatever the clocks of the replicas say that
-- wrote them. Runs behind the migrations of each service, which make the outbox' tables.
do $$
begin
    if to_regclass('outbox_record') is not null then
        create or replace function outbox_record_taken() returns trigger language plpgsql as $taken$
        begin
            new.created_at := clock_timestamp();
            return new;
        end
        $taken$;
        create or replace trigger outbox_record_taken before insert on outbox_record
            for each row execute function outbox_record_taken();
        -- the oldest that waits, for the gauges
        create index if not exists outbox_record_age on outbox_record (created_at);
    end if;
end
$$;
