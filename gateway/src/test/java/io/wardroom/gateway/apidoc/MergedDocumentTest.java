package io.wardroom.gateway.apidoc;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.route.RouteTable;
import io.wardroom.gateway.route.Service;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class MergedDocumentTest extends OnRealServers {
    @Autowired
    private RouteTable routes;

    @Test
    void twoServicesSchemasOfOneNameStandBesideEachOther() {
        var merged = new MergedDocument(routes, JSON, "1");

        merged.add(Service.AGENT, JSON.readTree(document("/api/v1/agents", "string")));
        merged.add(Service.AUDIT, JSON.readTree(document("/api/v1/audit-logs", "integer")));

        var schemas = merged.whole().get("components").get("schemas");
        assertThat(schemas.propertyNames()).containsExactlyInAnyOrder("Page", "Item", "AuditPage", "AuditItem", "Same");
        assertThat(schemas.get("AuditPage").get("items").get("$ref").asString())
                .isEqualTo("#/components/schemas/AuditItem");
        assertThat(schemas.get("AuditItem").get("type").asString()).isEqualTo("integer");
        var paths = merged.whole().get("paths");
        assertThat(paths.get("/api/v1/agents").toString()).contains("#/components/schemas/Page\"");
        assertThat(paths.get("/api/v1/audit-logs").toString()).contains("#/components/schemas/AuditPage\"");
        assertThat(paths.get("/api/v1/audit-logs").get("get").get("operationId").asString())
                .isEqualTo("audit_list");
    }

    private static String document(String path, String type) {
        return """
                {"paths":{"%s":{"get":{"operationId":"list","responses":{"200":{"content":{"application/json":{"schema":
                  {"$ref":"#/components/schemas/Page"}}}}}}}},
                 "components":{"schemas":{
                  "Page":{"items":{"$ref":"#/components/schemas/Item"}},
                  "Item":{"type":"%s"},
                  "Same":{"type":"boolean"}}}}""".formatted(path, type);
    }
}
