package io.wardroom.gateway.apidoc;

import io.netty.channel.ChannelOption;
import io.wardroom.gateway.route.RouteTable;
import io.wardroom.gateway.route.Service;
import io.wardroom.gateway.route.Upstreams;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springdoc.webflux.api.OpenApiWebfluxResource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.http.client.reactive.ReactorClientHttpConnector;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.client.WebClient;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks every service for its document, all at once, and keeps the last one of a service that is down.
@Component
class ApiDocuments {
    private static final Logger LOG = LoggerFactory.getLogger(ApiDocuments.class);
    private static final String PATH = "/v3/api-docs";

    private final ApiDocProperties settings;
    private final Upstreams upstreams;
    private final RouteTable routes;
    private final OpenApiWebfluxResource own;
    private final JsonMapper json;
    private final WebClient http;
    private final String version;
    /// One entry a service.
    private final Map<Service, JsonNode> lastKnown = new ConcurrentHashMap<>();

    /// Those that gave no document when they were last asked.
    private final Set<Service> silent = ConcurrentHashMap.newKeySet();

    private volatile Merged merged = new Merged(Mono.empty(), 0);

    private record Merged(Mono<byte[]> document, long endsAt) {}

    ApiDocuments(
            ApiDocProperties settings,
            Upstreams upstreams,
            RouteTable routes,
            OpenApiWebfluxResource own,
            JsonMapper json,
            ObjectProvider<BuildProperties> build) {
        this.settings = settings;
        this.upstreams = upstreams;
        this.routes = routes;
        this.own = own;
        this.json = json;
        this.version = Optional.ofNullable(build.getIfAvailable())
                .map(BuildProperties::getVersion)
                .orElse("0");
        this.http = WebClient.builder()
                .clientConnector(new ReactorClientHttpConnector(HttpClient.newConnection()
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int)
                                settings.timeout().toMillis())
                        .responseTimeout(settings.timeout())))
                .codecs(codecs -> codecs.defaultCodecs()
                        .maxInMemorySize((int) settings.largest().toBytes()))
                .build();
    }

    /// The merged document as JSON.
    Mono<byte[]> merged(ServerHttpRequest request) {
        var current = merged;
        var now = System.nanoTime();
        if (current.endsAt() != 0 && now - current.endsAt() < 0) {
            return current.document();
        }
        synchronized (this) {
            if (merged == current) {
                merged = new Merged(
                        gather(request).cache(), now + settings.kept().toNanos());
            }
            return merged.document();
        }
    }

    private Mono<byte[]> gather(ServerHttpRequest request) {
        return Flux.fromArray(Service.values())
                .flatMap(service -> (service == Service.GATEWAY ? own(request) : of(service)).map(document -> {
                    lastKnown.put(service, document);
                    return service;
                }))
                .collectList()
                .publishOn(Schedulers.boundedElastic())
                .map(_ -> json.writeValueAsBytes(merge()));
    }

    private JsonNode merge() {
        var document = new MergedDocument(routes, json, version);
        // in the services' order, so that collisions are always settled the same way
        new TreeMap<>(lastKnown).forEach(document::add);
        return document.whole();
    }

    private Mono<JsonNode> own(ServerHttpRequest request) {
        return Mono.defer(() -> {
                    try {
                        return own.openapiJson(request, request.getURI().getPath(), Locale.ENGLISH);
                    } catch (com.fasterxml.jackson.core.JsonProcessingException broken) {
                        return Mono.error(broken);
                    }
                })
                .subscribeOn(Schedulers.boundedElastic())
                .map(json::readTree);
    }

    private Mono<JsonNode> of(Service service) {
        return http.get()
                .uri(upstreams.of(service).getFirst().resolve(PATH))
                .retrieve()
                .bodyToMono(byte[].class)
                .timeout(settings.timeout())
                .map(json::readTree)
                .doOnNext(_ -> silent.remove(service))
                .onErrorResume(failure -> {
                    if (silent.add(service)) {
                        LOG.warn("no API document from {}: {}", service.spelled(), failure.toString());
                    }
                    return Mono.empty();
                });
    }
}
