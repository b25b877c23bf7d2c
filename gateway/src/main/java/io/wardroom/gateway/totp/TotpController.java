package io.wardroom.gateway.totp;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.credential.Actors;
import io.wardroom.gateway.door.Call;
import java.util.List;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// One's own second factor.
@RestController
@RequestMapping("/api/v1/auth/totp")
@Tag(name = "Authentication")
class TotpController {
    private final SecondFactors factors;

    TotpController(SecondFactors factors) {
        this.factors = factors;
    }

    @Operation(summary = "A secret for an authenticator app, to be verified within ten minutes")
    @PostMapping("/setup")
    Mono<ResponseEntity<SetUpView>> setUp(
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return factors.setUp(new SetUp(Actors.of(token)), Call.of(exchange).caller(exchange))
                .map(outcome -> switch (outcome) {
                    case SetUp.Outcome.Begun(var secret, var url, var picture) ->
                        unstored(new SetUpView(secret.base32(), url, picture));
                    case SetUp.Outcome.AlreadyOn _ -> throw alreadyOn();
                });
    }

    @Operation(summary = "Turn the second factor on with a first code")
    @PostMapping(path = "/verify", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<RecoveryView>> verify(
            @RequestBody VerifyForm form,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return factors.turnOn(form.wish(Actors.of(token)), Call.of(exchange).caller(exchange))
                .map(outcome -> switch (outcome) {
                    case TurnOn.Outcome.TurnedOn(var codes) ->
                        unstored(new RecoveryView(
                                codes.stream().map(RecoveryCode::shown).toList()));
                    case TurnOn.Outcome.WrongCode _ -> throw CommonProblem.UNAUTHORIZED.because("the code is wrong");
                    case TurnOn.Outcome.NotSetUp _ ->
                        throw CommonProblem.CONFLICT.because("no second factor is being set up; begin anew");
                    case TurnOn.Outcome.AlreadyOn _ -> throw alreadyOn();
                });
    }

    @Operation(summary = "Turn the second factor off")
    @PostMapping(path = "/disable", consumes = MediaType.APPLICATION_JSON_VALUE)
    Mono<ResponseEntity<Void>> disable(
            @RequestBody DisableForm form,
            @Parameter(hidden = true) @AuthenticationPrincipal Jwt token,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return factors.turnOff(form.wish(Actors.of(token)), Call.of(exchange).caller(exchange))
                .map(outcome -> switch (outcome) {
                    case TurnOff.Outcome.TurnedOff _ ->
                        ResponseEntity.noContent().build();
                    case TurnOff.Outcome.Refused _ ->
                        throw CommonProblem.UNAUTHORIZED.because("the password or the code is wrong");
                    case TurnOff.Outcome.TooManyFailures(var retryAfter) -> throw Refusals.limited(retryAfter);
                    case TurnOff.Outcome.NotOn _ -> throw CommonProblem.CONFLICT.because("no second factor is on");
                });
    }

    private static RuntimeException alreadyOn() {
        return CommonProblem.CONFLICT.because("a second factor is on already");
    }

    private static <T> ResponseEntity<T> unstored(T view) {
        return ResponseEntity.ok().cacheControl(CacheControl.noStore()).body(view);
    }

    /// @param secret      in Base32
    /// @param otpauthUrl  the same for an authenticator app
    /// @param qrPngBase64 the same as a picture to scan
    record SetUpView(
            String secret,
            @JsonProperty("otpauth_url") String otpauthUrl,
            @JsonProperty("qr_png_base64") String qrPngBase64) {}

    /// @param recoveryCodes each good for one login; shown only here
    record RecoveryView(@JsonProperty("recovery_codes") List<String> recoveryCodes) {}
}
