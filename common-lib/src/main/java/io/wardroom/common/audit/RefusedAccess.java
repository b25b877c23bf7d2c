package io.wardroom.common.audit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.Problem;
import io.wardroom.common.problem.RequestRefused;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantScope;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.context.event.EventListener;
import org.springframework.security.authorization.event.AuthorizationDeniedEvent;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.servlet.HandlerMapping;

/// Puts on record what people tried to change and were refused, before they are told so: for their role, or because
/// it is unknown to them, in the way of something or against a rule. A service that records its refusals itself says
/// more, and then this says nothing. What is merely malformed is no try. The same one comes on record once a minute,
/// so that a client that insists does not fill the log.
class RefusedAccess {
    private static final String ACTION = "access_refused";
    private static final String ROUTE = "route";
    private static final Set<String> READING = Set.of("GET", "HEAD", "OPTIONS");
    private static final Duration SAME_TRY = Duration.ofMinutes(1);
    private static final int MOST_REMEMBERED = 10_000;
    private static final int LONGEST_ID = 100;

    private final AuditTrail audit;
    private final TransactionTemplate transaction;
    private final Cache<Try, Boolean> remembered = Caffeine.newBuilder()
            .maximumSize(MOST_REMEMBERED)
            .expireAfterWrite(SAME_TRY)
            .build();

    RefusedAccess(AuditTrail audit, PlatformTransactionManager transactions) {
        this.audit = audit;
        this.transaction = new TransactionTemplate(transactions);
    }

    /// @param ids the ids in the path, by the names that the route gives them
    private record Try(UUID user, String route, Map<String, String> ids, String reason) {}

    @EventListener
    void on(AuthorizationDeniedEvent<?> denied) {
        record(denied.getAuthentication().get(), CommonProblem.FORBIDDEN);
    }

    @EventListener
    void on(RequestRefused refused) {
        var problem = refused.problem();
        var isAboutWhatIsAsked =
                switch (problem.status()) {
                    case FORBIDDEN, NOT_FOUND, CONFLICT -> true;
                    case BAD_REQUEST -> problem != CommonProblem.VALIDATION_ERROR;
                    default -> false;
                };
        if (isAboutWhatIsAsked && !AuditTrail.isOnRecord()) {
            record(SecurityContextHolder.getContext().getAuthentication(), problem);
        }
    }

    private void record(@Nullable Authentication caller, Problem problem) {
        if (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes bound
                && !READING.contains(bound.getRequest().getMethod())) {
            personOf(caller).ifPresent(actor -> record(actor, bound.getRequest(), problem.code()));
        }
    }

    private static Optional<Actor> personOf(@Nullable Authentication caller) {
        return caller instanceof JwtAuthenticationToken token
                ? Optional.of(Actor.of(token.getToken()))
                : Optional.empty();
    }

    private void record(Actor actor, HttpServletRequest request, String reason) {
        var route = request.getMethod() + " " + request.getAttribute(HandlerMapping.BEST_MATCHING_PATTERN_ATTRIBUTE);
        var attempt = new Try(actor.id(), route, idsIn(request), reason);
        if (remembered.getIfPresent(attempt) != null) {
            return;
        }
        var deed =
                Deed.by(actor, ACTION, ROUTE, route).with("ids", attempt.ids()).refused(reason);
        TenantScope.within(actor.tenant(), () -> {
            transaction.executeWithoutResult(_ -> audit.record(deed, CallerArgumentResolver.callerOf(request)));
            return true;
        });
        remembered.put(attempt, true);
    }

    private static Map<String, String> idsIn(HttpServletRequest request) {
        var ids = new HashMap<String, String>();
        if (request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> found) {
            found.forEach((name, id) -> ids.put(String.valueOf(name), cut(String.valueOf(id))));
        }
        return Map.copyOf(ids);
    }

    private static String cut(String id) {
        return id.length() <= LONGEST_ID ? id : id.substring(0, LONGEST_ID);
    }
}
