package io.wardroom.fleet.alert.silence;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import io.wardroom.fleet.alert.silence.MaintenanceWindow.Once;
import io.wardroom.fleet.alert.silence.MaintenanceWindow.Schedule;
import io.wardroom.fleet.alert.silence.MaintenanceWindow.Weekly;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.DayOfWeek;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class MaintenanceRepository {
    /// More a tenant cannot have.
    static final int MOST = 200;

    private final JdbcClient jdbc;

    MaintenanceRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    record Page(List<MaintenanceWindow> items, long total) {}

    void insert(TenantId tenant, MaintenanceWindow window) {
        var once = window.schedule() instanceof Once schedule ? schedule : null;
        var weekly = window.schedule() instanceof Weekly schedule ? schedule : null;
        jdbc.sql("""
                        insert into maintenance_window (id, tenant_id, name, agent_ids, tags, starts_at, ends_at, days,
                            start_time, end_time, time_zone, created_by, created_at)
                        values (:id, :tenant, :name, :agents, :tags, :startsAt, :endsAt, :days,
                            :startTime, :endTime, :zone, :createdBy, :createdAt)
                        """)
                .param("id", window.id())
                .param("tenant", tenant.value())
                .param("name", window.name())
                .param("agents", window.agents().toArray(UUID[]::new))
                .param("tags", window.tags().toArray(String[]::new))
                .param("startsAt", once == null ? null : Timestamp.from(once.startsAt()), Types.TIMESTAMP)
                .param("endsAt", once == null ? null : Timestamp.from(once.endsAt()), Types.TIMESTAMP)
                .param(
                        "days",
                        weekly == null
                                ? null
                                : weekly.days().stream().map(DayOfWeek::name).toArray(String[]::new),
                        Types.ARRAY)
                .param("startTime", weekly == null ? null : weekly.start().toString())
                .param("endTime", weekly == null ? null : weekly.end().toString())
                .param("zone", weekly == null ? null : weekly.zone().getId())
                .param("createdBy", window.createdBy())
                .param("createdAt", Timestamp.from(window.createdAt()))
                .update();
    }

    boolean delete(TenantId tenant, UUID id) {
        return jdbc.sql("delete from maintenance_window where tenant_id = :tenant and id = :id")
                        .param("tenant", tenant.value())
                        .param("id", id)
                        .update()
                == 1;
    }

    Page list(TenantId tenant, int offset, int limit) {
        var items = jdbc.sql("""
                        select * from maintenance_window where tenant_id = :tenant
                        order by id desc offset :offset limit :limit
                        """)
                .param("tenant", tenant.value())
                .param("offset", offset)
                .param("limit", limit)
                .query(MaintenanceRepository::toWindow)
                .list();
        return new Page(items, count(tenant));
    }

    long count(TenantId tenant) {
        return jdbc.sql("select count(*) from maintenance_window where tenant_id = :tenant")
                .param("tenant", tenant.value())
                .query(Long.class)
                .single();
    }

    List<MaintenanceWindow> all(TenantId tenant) {
        return list(tenant, 0, MOST).items();
    }

    private static MaintenanceWindow toWindow(ResultSet row, int number) throws SQLException {
        return new MaintenanceWindow(
                row.getObject("id", UUID.class),
                row.getString("name"),
                List.of((UUID[]) row.getArray("agent_ids").getArray()),
                Columns.texts(row, "tags"),
                schedule(row),
                row.getString("created_by"),
                row.getTimestamp("created_at").toInstant());
    }

    private static Schedule schedule(ResultSet row) throws SQLException {
        var starts = Columns.instant(row, "starts_at");
        var ends = Columns.instant(row, "ends_at");
        if (starts != null && ends != null) {
            return new Once(starts, ends);
        }
        var days = EnumSet.noneOf(DayOfWeek.class);
        Columns.texts(row, "days").forEach(day -> days.add(DayOfWeek.valueOf(day)));
        return new Weekly(
                days,
                LocalTime.parse(row.getString("start_time")),
                LocalTime.parse(row.getString("end_time")),
                ZoneId.of(row.getString("time_zone")));
    }
}
