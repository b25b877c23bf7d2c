package io.wardroom.gateway.login;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.login.LogIn.Outcome.LoggedIn;
import io.wardroom.gateway.login.LogIn.Outcome.NoRole;
import io.wardroom.gateway.login.LogIn.Outcome.Refused;
import io.wardroom.gateway.login.LogIn.Outcome.SecondFactorMissing;
import io.wardroom.gateway.session.TokenView;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Log in by password.
@RestController
@Tag(name = "Authentication")
class LoginController {
    private final Logins logins;

    LoginController(Logins logins) {
        this.logins = logins;
    }

    @Operation(summary = "Log in by user name or e-mail address and password")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = LoginForm.class)))
    @PostMapping(path = "/api/v1/auth/login", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<TokenView>> logIn(
            @org.springframework.web.bind.annotation.RequestBody LoginForm form,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return answer(form, exchange);
    }

    @Operation(summary = "Log in by user name or e-mail address and password")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = LoginForm.class)))
    @PostMapping(path = "/api/v1/auth/login", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    Mono<ResponseEntity<TokenView>> logInByForm(@Parameter(hidden = true) ServerWebExchange exchange) {
        return exchange.getFormData().map(LoginForm::of).flatMap(form -> answer(form, exchange));
    }

    private Mono<ResponseEntity<TokenView>> answer(LoginForm form, ServerWebExchange exchange) {
        return logins.logIn(form.wish(), Call.of(exchange).caller(exchange)).map(outcome -> switch (outcome) {
            case LoggedIn(var session) -> session.answer(exchange);
            case Refused _ -> throw CommonProblem.UNAUTHORIZED.because("the user name or the password is wrong");
            case SecondFactorMissing _ ->
                throw CommonProblem.FORBIDDEN.because("this account asks for a second factor");
            case NoRole _ -> throw CommonProblem.FORBIDDEN.because("the account has no role in any tenant");
        });
    }
}
