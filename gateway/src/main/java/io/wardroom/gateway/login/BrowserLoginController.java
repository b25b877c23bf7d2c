package io.wardroom.gateway.login;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.login.FinishLogIn.Outcome.LoggedIn;
import io.wardroom.gateway.login.FinishLogIn.Outcome.Refused;
import io.wardroom.gateway.login.FinishLogIn.Outcome.SecondFactorAsked;
import io.wardroom.gateway.login.FinishLogIn.Reason;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Log in on Keycloak's own page. Its answers are for browsers: what went wrong, our page says.
@RestController
@Tag(name = "Authentication")
class BrowserLoginController {
    private static final String PAGE = "/login";

    private final BrowserLogins logins;
    private final PendingCookie cookie;

    BrowserLoginController(BrowserLogins logins, PendingCookie cookie) {
        this.logins = logins;
        this.cookie = cookie;
    }

    @Operation(summary = "Log in on the identity provider's page, in a browser")
    @ApiResponse(responseCode = "302", description = "to that page")
    @GetMapping("/api/v1/auth/browser/login")
    Mono<ResponseEntity<Void>> begin(
            @Parameter(description = "a path of this host to end at; anything else counts as `/login`")
                    @RequestParam(required = false)
                    @Nullable
                    String next,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return logins.begin(LocalPath.of(next)).map(pending -> {
            exchange.getResponse().addCookie(cookie.of(pending, exchange));
            return sentTo(logins.pageOf(pending));
        });
    }

    @Operation(summary = "Where the identity provider's page sends the browser back to")
    @ApiResponse(
            responseCode = "302",
            description = "with a session to the path that the login began with, or without one to `/login`")
    @GetMapping("/api/v1/auth/browser/callback")
    Mono<ResponseEntity<Void>> finish(
            @RequestParam(required = false) @Nullable String state,
            @RequestParam(required = false) @Nullable String code,
            @RequestParam(required = false) @Nullable String error,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        var wish = new FinishLogIn(cookie.shownBy(exchange), state, code, error);
        // whatever becomes of it, it is used up
        exchange.getResponse().addCookie(cookie.gone(exchange));
        return logins.finish(wish, Call.of(exchange).caller(exchange)).map(outcome -> switch (outcome) {
            case LoggedIn(var session, var next) -> session.sendOn(exchange, next.uri());
            // behind #, which browsers keep to themselves
            case SecondFactorAsked(var challenge, var next) ->
                sentTo(URI.create("%s#challenge=%s&next=%s".formatted(PAGE, challenge.token(), encoded(next))));
            case Refused(var reason) -> sentTo(URI.create(PAGE + "#failed=" + spelled(reason)));
        });
    }

    private static ResponseEntity<Void> sentTo(URI address) {
        return ResponseEntity.status(HttpStatus.FOUND)
                .location(address)
                .cacheControl(CacheControl.noStore())
                .build();
    }

    private static String encoded(LocalPath path) {
        return URLEncoder.encode(path.uri().toString(), StandardCharsets.UTF_8);
    }

    /// What whoever came back is told; what exactly went wrong stands in the audit log.
    private static String spelled(Reason reason) {
        return switch (reason) {
            case ACCESS_DENIED -> "denied";
            case NO_ROLE -> "no-role";
            case NOT_BEGUN, WRONG_STATE, STATE_SPENT, NO_CODE, BAD_CODE, WRONG_NONCE -> "again";
        };
    }
}
