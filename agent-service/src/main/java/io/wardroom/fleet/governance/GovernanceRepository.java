package io.wardroom.fleet.governance;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.fleet.Columns;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

@Repository
class GovernanceRepository {
    private final JdbcClient jdbc;

    GovernanceRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /// @param updatedBy the person's name
    record Stored(Governance governance, Instant updatedAt, String updatedBy) {}

    Optional<Stored> find(TenantId tenant, UUID agent) {
        return jdbc.sql("""
                        select owner, owner_email, business_unit, environment, criticality, data_classification, pii,
                            location, cost_center, runbook_url, notes, review_due_at, updated_at, updated_by
                        from agent_governance where tenant_id = :tenant and agent_id = :agent
                        """)
                .param("tenant", tenant.value())
                .param("agent", agent)
                .query(GovernanceRepository::toStored)
                .optional();
    }

    void put(TenantId tenant, UUID agent, Stored stored) {
        var governance = stored.governance();
        var due = governance.reviewDueAt();
        jdbc.sql("""
                        insert into agent_governance
                            (agent_id, tenant_id, owner, owner_email, business_unit, environment, criticality,
                             data_classification, pii, location, cost_center, runbook_url, notes, review_due_at,
                             updated_at, updated_by)
                        values
                            (:agent, :tenant, :owner, :ownerEmail, :businessUnit, :environment, :criticality,
                             :dataClassification, :pii, :location, :costCenter, :runbookUrl, :notes, :due,
                             :updatedAt, :updatedBy)
                        on conflict (agent_id) do update set
                            owner = excluded.owner, owner_email = excluded.owner_email,
                            business_unit = excluded.business_unit, environment = excluded.environment,
                            criticality = excluded.criticality, data_classification = excluded.data_classification,
                            pii = excluded.pii, location = excluded.location, cost_center = excluded.cost_center,
                            runbook_url = excluded.runbook_url, notes = excluded.notes,
                            review_due_at = excluded.review_due_at, updated_at = excluded.updated_at,
                            updated_by = excluded.updated_by
                        """)
                .param("agent", agent)
                .param("tenant", tenant.value())
                .param("owner", governance.owner())
                .param("ownerEmail", governance.ownerEmail())
                .param("businessUnit", governance.businessUnit())
                .param("environment", governance.environment())
                .param("criticality", governance.criticality())
                .param("dataClassification", governance.dataClassification())
                .param("pii", governance.pii())
                .param("location", governance.location())
                .param("costCenter", governance.costCenter())
                .param("runbookUrl", governance.runbookUrl())
                .param("notes", governance.notes())
                .param("due", due == null ? null : Timestamp.from(due))
                .param("updatedAt", Timestamp.from(stored.updatedAt()))
                .param("updatedBy", stored.updatedBy())
                .update();
    }

    private static Stored toStored(ResultSet row, int number) throws SQLException {
        return new Stored(
                new Governance(
                        row.getString("owner"),
                        row.getString("owner_email"),
                        row.getString("business_unit"),
                        row.getString("environment"),
                        row.getString("criticality"),
                        row.getString("data_classification"),
                        row.getObject("pii", Boolean.class),
                        row.getString("location"),
                        row.getString("cost_center"),
                        row.getString("runbook_url"),
                        row.getString("notes"),
                        Columns.instant(row, "review_due_at")),
                row.getTimestamp("updated_at").toInstant(),
                row.getString("updated_by"));
    }
}
