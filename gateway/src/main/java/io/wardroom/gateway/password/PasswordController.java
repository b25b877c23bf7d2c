package io.wardroom.gateway.password;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.answer.Fields;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.password.ResetPassword.Outcome.NoSuchToken;
import io.wardroom.gateway.password.ResetPassword.Outcome.Reset;
import io.wardroom.gateway.password.ResetPassword.Outcome.Unfit;
import io.wardroom.gateway.seal.RandomToken;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/// A new password by mail.
@RestController
@Tag(name = "Authentication")
class PasswordController {
    private static final int LONGEST_TOKEN = 100;

    private final ForgottenPasswords forgotten;
    private final Passwords passwords;

    PasswordController(ForgottenPasswords forgotten, Passwords passwords) {
        this.forgotten = forgotten;
        this.passwords = passwords;
    }

    record ForgotForm(@Nullable String email) {
        /// @throws ProblemException if it is no address
        String checked() {
            var fields = new Fields();
            var checked = fields.email("email", email);
            fields.check();
            return checked;
        }
    }

    record ResetForm(@Nullable String token, @Nullable String password) {
        /// @throws ProblemException naming every field at fault
        ResetPassword wish() {
            var fields = new Fields();
            var wish = new ResetPassword(
                    new RandomToken(fields.text("token", token, LONGEST_TOKEN)), fields.password("password", password));
            fields.check();
            return wish;
        }

        /// Never shows the token or the password.
        @Override
        public String toString() {
            return "ResetForm";
        }
    }

    /// The same words whatever becomes of it.
    record Said(String detail) {}

    @Operation(summary = "Ask for a link to a new password by mail; answers the same for every address")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = ForgotForm.class)))
    @PostMapping("/api/v1/auth/forgot-password")
    @ResponseStatus(HttpStatus.ACCEPTED)
    Mono<Said> forgot(
            @org.springframework.web.bind.annotation.RequestBody ForgotForm form,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return forgotten
                .request(form.checked(), Call.of(exchange).caller(exchange))
                .thenReturn(new Said("if the address belongs to an account, a mail is on its way"));
    }

    @Operation(summary = "Choose a new password by the token of a mail")
    @RequestBody(required = true, content = @Content(schema = @Schema(implementation = ResetForm.class)))
    @PostMapping("/api/v1/auth/reset-password")
    Mono<Said> reset(
            @org.springframework.web.bind.annotation.RequestBody ResetForm form,
            @Parameter(hidden = true) ServerWebExchange exchange) {
        return passwords.reset(form.wish(), Call.of(exchange).caller(exchange)).map(outcome -> switch (outcome) {
            case Reset _ -> new Said("the password is changed, and all sessions are ended");
            case NoSuchToken _ -> throw ProblemException.invalid("token", "is unknown, used or too old");
            case Unfit(var fault) -> throw ProblemException.invalid(fault);
        });
    }
}
