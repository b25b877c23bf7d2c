package io.wardroom.purple.test;

import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.catalogue.CatalogueFollower;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/// Tells how many tests a change of the catalogue touches. A test stays with the technique it was made for: what was
/// proven of that one says nothing yet of what takes its place.
@Component
class TestsInCatalogue implements CatalogueFollower {
    private final JdbcClient jdbc;

    TestsInCatalogue(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    @Override
    public Map<String, Long> restingOn(TenantId tenant, Collection<UUID> techniques) {
        return Map.of(
                "tests",
                jdbc.sql("""
                                select count(*) from attack_test
                                where tenant_id = :tenant and technique_id = any (:ids::uuid[])
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
