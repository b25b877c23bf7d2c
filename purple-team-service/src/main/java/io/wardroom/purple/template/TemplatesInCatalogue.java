package io.wardroom.purple.template;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.catalogue.CatalogueFollower;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Tells how many templates a change of the catalogue touches. They follow a technique that was revoked by how they are
/// read, so there is nothing to carry and nothing to take back.
@Component
class TemplatesInCatalogue implements CatalogueFollower {
    private final JdbcClient jdbc;

    TemplatesInCatalogue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Map<String, Long> restingOn(TenantId tenant, Collection<UUID> techniques) {
        return Map.of(
                "templates",
                jdbc.sql("""
                                with named as (
                                    select distinct mitre_id from technique where id = any (:ids::uuid[]))
                                select (select count(*) from shared_template
                                        where mitre_technique_id in (select mitre_id from named) and not gone)
                                    + (select count(*) from own_template where tenant_id = :tenant
                                        and mitre_technique_id in (select mitre_id from named))
                                """)
                        .param("tenant", tenant.value())
                        .param("ids", techniques.stream().map(UUID::toString).toArray(String[]::new))
                        .query(Long.class)
                        .single());
    }

    @Override
    public void follow(int catalogue, List<Move> moves) {}

    @Override
    public int takeBack(int catalogue) {
        return 0;
    }
}
