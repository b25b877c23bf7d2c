package io.wardroom.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.gateway.OnRealServers;
import io.wardroom.gateway.limit.LimitOf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;

/// The routing table and the table of limits against the catalogue of routes.
class CatalogueTest extends OnRealServers {
    @Autowired
    private RouteTable routes;

    @Autowired
    private LimitOf limits;

    @Test
    void everyRouteHasItsOwnerItsCredentialAndItsLimit() throws IOException {
        var rows = catalogue();
        assertThat(rows).hasSizeGreaterThan(200).allSatisfy(row -> assertThat(row)
                .hasSize(6));
        for (var row : rows) {
            var method = HttpMethod.valueOf(row.get(0));
            var path = PathContainer.parsePath(row.get(1).replaceAll("\\{[^}]*}", "x1"));

            var route = routes.find(method, path);

            assertThat(route).as(row.toString()).isPresent();
            assertThat(route.get().service().spelled()).as(row.toString()).isEqualTo(row.get(2));
            assertThat(route.get().access().name().toLowerCase(java.util.Locale.ROOT))
                    .as(row.toString())
                    .isEqualTo(row.get(3));
            // who of the people may call is the owner's to say; the walk of the packaged suite holds it to that
            if (!row.get(3).equals("user")) {
                assertThat(row.get(5)).as(row.toString()).isEqualTo(row.get(3));
            }
            // tests raise the limit of batches
            if (!row.get(1).equals("/api/v1/ingest")) {
                assertThat(limits.of(method, path)).as(row.toString()).isEqualTo(row.get(4));
            }
        }
    }

    private static List<List<String>> catalogue() throws IOException {
        return new ClassPathResource("catalogue.tsv")
                .getContentAsString(StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> List.of(line.split("\t")))
                .toList();
    }
}
