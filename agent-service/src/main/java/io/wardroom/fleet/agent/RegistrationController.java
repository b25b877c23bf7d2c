package io.wardroom.fleet.agent;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.fleet.Texts;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.CredentialRefused;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.KeyRefused;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.OtherMachine;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.Registered;
import io.wardroom.fleet.agent.RegisterAgent.Outcome.SameMachine;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.PositiveOrZero;
import jakarta.validation.constraints.Size;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

@RestController
class RegistrationController {
    private static final String BEARER = "Bearer ";

    private final Registrations registrations;
    private final HubProperties hub;

    RegistrationController(Registrations registrations, HubProperties hub) {
        this.registrations = registrations;
        this.hub = hub;
    }

    /// What a machine says of itself. Fields this hub does not know are passed over: an agent may be newer.
    ///
    /// @param instanceId    one value a start of the agent, as in its batches
    /// @param signingPubkey raw 32-byte Ed25519 key, base64 or hex
    @JsonIgnoreProperties(ignoreUnknown = true)
    record RegistrationForm(
            @NotBlank @Size(max = 253) @Pattern(regexp = Texts.STORABLE)
            String hostname,

            @NotBlank @Size(max = 128) @Pattern(regexp = Texts.STORABLE)
            String machineId,

            @Size(max = 128) @Pattern(regexp = Texts.STORABLE) @Nullable
            String instanceId,

            @Size(max = 64) @Pattern(regexp = Texts.STORABLE) @Nullable
            String os,

            @Size(max = 128) @Pattern(regexp = Texts.STORABLE) @Nullable
            String distro,

            @Size(max = 128) @Pattern(regexp = Texts.STORABLE) @Nullable
            String kernel,

            @Size(max = 32) @Pattern(regexp = Texts.STORABLE) @Nullable
            String arch,

            @Size(max = 128) @Pattern(regexp = Texts.STORABLE) @Nullable
            String cpuModel,

            @Min(0) @Max(65_536) @Nullable Integer cpuCores,
            @PositiveOrZero @Nullable Long ramTotalBytes,

            @Size(max = 64) @Pattern(regexp = Texts.STORABLE) @Nullable
            String agentVersion,

            @Size(max = 64) @Nullable
            Map<
                            @NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String,
                            @Size(max = 256) @Pattern(regexp = Texts.STORABLE) String>
                    labels,

            @Size(max = 128) @Nullable String signingPubkey) {
        Machine machine() {
            return new Machine(
                    machineId,
                    hostname,
                    os,
                    distro,
                    kernel,
                    arch,
                    cpuModel,
                    cpuCores,
                    ramTotalBytes,
                    agentVersion,
                    labels == null ? Map.of() : labels);
        }
    }

    /// @param hubPublicKey raw 32-byte Ed25519 key in base64 that signs emergency tokens, where the hub has one
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record RegistrationView(
            UUID agentId, String agentToken, @Nullable String hubPublicKey) {}

    @Operation(
            summary = "Registers a machine: with an enrolment token the first time, with the agent's own token later",
            description = "201 for a new agent, 200 for the same machine with the same key. The first signing key shown"
                    + " is pinned; another one is refused.")
    @PostMapping("/api/v1/agents/register")
    ResponseEntity<RegistrationView> register(
            @RequestHeader(name = HttpHeaders.AUTHORIZATION, required = false) @Nullable String authorization,
            @Valid @RequestBody RegistrationForm form,
            Caller caller) {
        if (authorization == null || !authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw CommonProblem.UNAUTHORIZED.because("an enrolment token is needed");
        }
        var key = form.signingPubkey();
        var wish = new RegisterAgent(
                authorization.substring(BEARER.length()).strip(),
                form.machine(),
                form.instanceId(),
                key == null
                        ? null
                        : SigningKey.normalised(key)
                                .orElseThrow(() -> ProblemException.invalid(
                                        "signing_pubkey", "must be a raw 32-byte Ed25519 key in base64 or hex")),
                caller);
        return switch (registrations.register(wish)) {
            case Registered(var agent, var token) ->
                ResponseEntity.status(HttpStatus.CREATED).body(new RegistrationView(agent, token, hub.publicKey()));
            case SameMachine(var agent, var token) ->
                ResponseEntity.ok(new RegistrationView(agent, token, hub.publicKey()));
            case CredentialRefused() ->
                throw CommonProblem.UNAUTHORIZED.because("the token is unknown, expired or revoked");
            case KeyRefused(var agent) ->
                throw CommonProblem.FORBIDDEN.because(
                        "agent %s has another signing key; an administrator must clear it first".formatted(agent));
            case OtherMachine() ->
                throw CommonProblem.CONFLICT.because("this token belongs to an agent on another machine");
        };
    }
}
