package io.wardroom.gateway.route;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.wardroom.common.problem.ProblemException;
import java.io.IOException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.springframework.stereotype.Component;
import org.springframework.web.server.ResponseStatusException;

/// One circuit breaker per upstream: a service that cannot be reached is not asked again for a while. An answer, be it
/// an error, is an answer.
@Component
public class Breakers {
    private final Map<Service, CircuitBreaker> breakers = new EnumMap<>(Service.class);

    Breakers(CircuitBreakerRegistry registry) {
        for (var service : Service.values()) {
            if (service != Service.GATEWAY) {
                var settings = registry.getConfiguration("upstream").orElseGet(registry::getDefaultConfig);
                breakers.put(
                        service,
                        registry.circuitBreaker(
                                service.spelled(),
                                CircuitBreakerConfig.from(settings)
                                        .recordException(Breakers::isAway)
                                        .build()));
            }
        }
    }

    public CircuitBreaker of(Service service) {
        var breaker = breakers.get(service);
        if (breaker == null) {
            throw new IllegalArgumentException(service.spelled() + " is not behind the gateway");
        }
        return breaker;
    }

    /// Whether a failure says that the upstream is away; a client that went away or sent too much says nothing of it.
    static boolean isAway(Throwable failure) {
        return switch (failure) {
            case ProblemException _ -> false;
            case IOException _, TimeoutException _ -> true;
            case ResponseStatusException status -> status.getStatusCode().is5xxServerError();
            default -> false;
        };
    }
}
