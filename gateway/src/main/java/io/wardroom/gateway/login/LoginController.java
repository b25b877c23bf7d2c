package io.wardroom.gateway.login;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.login.LogIn.Outcome.LoggedIn;
import io.wardroom.gateway.login.LogIn.Outcome.NoRole;
import io.wardroom.gateway.login.LogIn.Outcome.Refused;
import io.wardroom.gateway.login.LogIn.Outcome.SecondFactorAsked;
import io.wardroom.gateway.login.LogIn.Outcome.TooManyFailures;
import io.wardroom.gateway.session.TokenView;
import io.wardroom.gateway.totp.Challenges.Challenge;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// Log in by password, and by a second factor where there is one.
@RestController
@Tag(name = "Authentication")
class LoginController {
    private final Logins logins;

    LoginController(Logins logins) {
        this.logins = logins;
    }

    @Operation(summary = "Log in by user name or e-mail address and password")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = LoginForm.class)))
    @ApiResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(oneOf = {TokenView.class, ChallengeView.class})))
    @PostMapping(path = "/api/v1/auth/login", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<?>> logIn(
            @org.springframework.web.bind.annotation.RequestBody LoginForm form,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return answer(form, exchange);
    }

    @Operation(summary = "Log in by user name or e-mail address and password")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = LoginForm.class)))
    @ApiResponse(
            responseCode = "200",
            content = @Content(schema = @Schema(oneOf = {TokenView.class, ChallengeView.class})))
    @PostMapping(path = "/api/v1/auth/login", consumes = MediaType.APPLICATION_FORM_URLENCODED_VALUE)
    Mono<ResponseEntity<?>> logInByForm(@Parameter(hidden = true) ServerWebExchange exchange) {
        return exchange.getFormData().map(LoginForm::of).flatMap(form -> answer(form, exchange));
    }

    @Operation(summary = "Finish a login by a code of the authenticator app or a recovery code")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = ChallengeForm.class)))
    @ApiResponse(responseCode = "200", content = @Content(schema = @Schema(implementation = TokenView.class)))
    @PostMapping(path = "/api/v1/auth/totp/challenge", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<?>> answerChallenge(
            @org.springframework.web.bind.annotation.RequestBody ChallengeForm form,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return logins.answer(form.wish(), Call.of(exchange).caller(exchange))
                .map(outcome -> answered(outcome, exchange, "the code is wrong, or the challenge is over"));
    }

    private Mono<ResponseEntity<?>> answer(LoginForm form, ServerWebExchange exchange) {
        return logins.logIn(form.wish(), Call.of(exchange).caller(exchange))
                .map(outcome -> answered(outcome, exchange, "the user name or the password is wrong"));
    }

    private static ResponseEntity<?> answered(LogIn.Outcome outcome, ServerWebExchange exchange, String refusal) {
        return switch (outcome) {
            case LoggedIn(var session) -> session.answer(exchange);
            case SecondFactorAsked(var challenge) ->
                ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(ChallengeView.of(challenge));
            case Refused _ -> throw CommonProblem.UNAUTHORIZED.because(refusal);
            case TooManyFailures(var retryAfter) -> throw Refusals.limited(retryAfter);
            case NoRole _ -> throw CommonProblem.FORBIDDEN.because("the account has no role in any tenant");
        };
    }

    /// @param required       always true
    /// @param challengeToken to be sent with the code
    /// @param expiresIn      seconds
    record ChallengeView(
            @JsonProperty("totp_required") boolean required,
            @JsonProperty("challenge_token") String challengeToken,
            @JsonProperty("expires_in") long expiresIn) {
        static ChallengeView of(Challenge challenge) {
            return new ChallengeView(
                    true, challenge.token(), challenge.lifetime().toSeconds());
        }
    }
}
