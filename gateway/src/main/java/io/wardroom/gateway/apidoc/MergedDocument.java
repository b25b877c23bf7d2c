package io.wardroom.gateway.apidoc;

import io.wardroom.gateway.route.Access;
import io.wardroom.gateway.route.Route;
import io.wardroom.gateway.route.RouteTable;
import io.wardroom.gateway.route.Service;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One OpenAPI document made of the services' own. What a service documents beyond the paths it owns is left out.
final class MergedDocument {
    private static final Set<String> METHODS = Set.of("get", "post", "put", "patch", "delete", "head", "options");
    private static final String COMPONENTS = "#/components/";
    private static final String SCHEME = "bearer";

    private final RouteTable routes;
    private final JsonMapper json;
    private final ObjectNode whole;
    private final ObjectNode paths;
    private final ObjectNode components;
    private final ArrayNode tags;
    private final Set<String> operationIds = new HashSet<>();
    private final Set<String> tagNames = new HashSet<>();

    MergedDocument(RouteTable routes, JsonMapper json, String version) {
        this.routes = routes;
        this.json = json;
        this.whole = json.createObjectNode();
        whole.put("openapi", "3.1.0");
        whole.putObject("info")
                .put("title", "Wardroom")
                .put("version", version)
                .put("description", "One hub for a fleet and for those who attack and defend it on purpose.");
        whole.putArray("servers").addObject().put("url", "/");
        tags = whole.putArray("tags");
        paths = whole.putObject("paths");
        components = whole.putObject("components");
        components
                .putObject("securitySchemes")
                .putObject(SCHEME)
                .put("type", "http")
                .put("scheme", "bearer")
                .put(
                        "description",
                        "A person's access token or API key (also in `X-API-Key`), "
                                + "or on the agents' routes the agent's own token.");
    }

    JsonNode whole() {
        return whole;
    }

    /// Takes a service's document in.
    void add(Service service, JsonNode document) {
        if (!(document.deepCopy() instanceof ObjectNode own)) {
            return;
        }
        for (var renamed = collisions(service, own); !renamed.isEmpty(); renamed = collisions(service, own)) {
            rename(own, renamed);
        }
        own.path("components").properties().forEach(section -> {
            if (!section.getKey().equals("securitySchemes") && section.getValue() instanceof ObjectNode entries) {
                section(section.getKey()).setAll(entries);
            }
        });
        own.path("tags").forEach(tag -> {
            if (tagNames.add(tag.path("name").asString(""))) {
                tags.add(tag);
            }
        });
        own.path("paths").properties().forEach(path -> addPath(service, path.getKey(), path.getValue()));
    }

    private void addPath(Service service, String path, JsonNode methods) {
        methods.properties().forEach(method -> {
            if (!METHODS.contains(method.getKey()) || !(method.getValue() instanceof ObjectNode operation)) {
                return;
            }
            var route = ownerOf(method.getKey(), path);
            if (route.isEmpty() || route.get().service() != service) {
                return;
            }
            var id = operation.path("operationId").asString(service.spelled() + "-" + method.getKey());
            operation.put("operationId", operationIds.contains(id) ? service.spelled() + "_" + id : id);
            operationIds.add(operation.path("operationId").asString());
            var security = operation.putArray("security");
            if (route.get().access() != Access.PUBLIC) {
                security.addObject().putArray(SCHEME);
            }
            var target = paths.get(path) instanceof ObjectNode known ? known : paths.putObject(path);
            methods.properties().forEach(shared -> {
                if (!METHODS.contains(shared.getKey()) && !target.has(shared.getKey())) {
                    target.set(shared.getKey(), shared.getValue());
                }
            });
            target.set(method.getKey(), operation);
        });
    }

    private Optional<Route> ownerOf(String method, String path) {
        return routes.find(HttpMethod.valueOf(method.toUpperCase(Locale.ROOT)), PathContainer.parsePath(path));
    }

    /// Components of a service under a name that another service's component, with another content, already has.
    ///
    /// @return new references by the old ones
    private Map<String, String> collisions(Service service, JsonNode own) {
        var renamed = new HashMap<String, String>();
        own.path("components")
                .properties()
                .forEach(section -> section.getValue().properties().forEach(entry -> {
                    var taken = components.path(section.getKey()).path(entry.getKey());
                    if (!taken.isMissingNode() && !taken.equals(entry.getValue())) {
                        var prefix = section.getKey() + "/";
                        renamed.put(
                                COMPONENTS + prefix + entry.getKey(),
                                COMPONENTS + prefix + freeName(service, section, entry.getKey()));
                    }
                }));
        return renamed;
    }

    private String freeName(Service service, Map.Entry<String, JsonNode> section, String name) {
        var spelled = service.spelled();
        var prefixed = spelled.substring(0, 1).toUpperCase(Locale.ROOT) + spelled.substring(1) + name;
        while (components.path(section.getKey()).has(prefixed)
                || section.getValue().has(prefixed)) {
            prefixed = prefixed + "_";
        }
        return prefixed;
    }

    private void rename(ObjectNode own, Map<String, String> renamed) {
        renamed.forEach((from, to) -> {
            var place = from.substring(COMPONENTS.length()).split("/", 2);
            if (own.path("components").path(place[0]) instanceof ObjectNode entries) {
                var value = entries.remove(place[1]);
                if (value != null) {
                    entries.set(to.substring(to.lastIndexOf('/') + 1), value);
                }
            }
        });
        refer(own, renamed);
    }

    private static void refer(JsonNode node, Map<String, String> renamed) {
        if (node instanceof ObjectNode object) {
            var reference = object.path("$ref").asString("");
            var now = renamed.get(reference);
            if (now != null) {
                object.put("$ref", now);
            }
        }
        node.forEach(child -> refer(child, renamed));
    }

    private ObjectNode section(String name) {
        return components.get(name) instanceof ObjectNode known ? known : components.putObject(name);
    }
}
