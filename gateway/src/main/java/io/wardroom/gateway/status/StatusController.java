package io.wardroom.gateway.status;

import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.gateway.answer.Refusals;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/// Health and metrics on the public port.
@RestController
@Tag(name = "Status")
class StatusController {
    private final ApplicationAvailability availability;
    private final PrometheusMeterRegistry meters;

    StatusController(ApplicationAvailability availability, PrometheusMeterRegistry meters) {
        this.availability = availability;
        this.meters = meters;
    }

    @Operation(summary = "Whether the hub takes requests")
    @GetMapping("/api/v1/health")
    HealthView health() {
        if (availability.getReadinessState() != ReadinessState.ACCEPTING_TRAFFIC) {
            throw Refusals.away("the hub");
        }
        return new HealthView("ok");
    }

    @Operation(summary = "The gateway's metrics for Prometheus")
    @GetMapping(path = "/metrics", produces = "text/plain;version=0.0.4;charset=utf-8")
    Mono<String> metrics() {
        return Mono.fromCallable(meters::scrape).subscribeOn(Schedulers.boundedElastic());
    }

    record HealthView(String status) {}
}
