package io.wardroom.agent.hub;

import io.wardroom.agent.config.AgentConfig;
import io.wardroom.agent.config.Secret;
import io.wardroom.agent.identity.Identity;
import io.wardroom.agent.identity.Registration;
import io.wardroom.agent.json.Fields;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.log.Log;
import io.wardroom.agent.spool.Spool;
import io.wardroom.agent.spool.SpooledBatch;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Registers the agent and takes the spool to the hub, oldest first, at the pace the hub asks.
///
/// One [#step] does at most one request and says how long to wait for the next. Nothing here sleeps.
public final class Delivery {
    /// Without a batch for so long a heartbeat keeps the agent online; the hub calls it offline after 90 s.
    static final Duration HEARTBEAT_AFTER = Duration.ofSeconds(60);
    /// The hub's replicas know a new token within one second; a 401 so soon after registering is not yet a refusal.
    static final Duration TOKEN_SPREADS_WITHIN = Duration.ofSeconds(10);

    private static final Duration IDLE = Duration.ofSeconds(30);

    private final Identity identity;
    private final AgentConfig config;
    private final MachineFacts facts;
    private final String agentVersion;
    private final HubClient hub;
    private final Spool spool;
    private final Clock clock;
    private final LongSupplier nanos;
    private final Consumer<Desired> wishes;
    private final Backoff backoff;

    private boolean registeredThisStart;
    private long registeredAt;
    private long pauseUntil;
    private long lastContact;
    private boolean contactMade;
    private String saidLast = "";

    /// @param nanos  a monotonic clock, as [System#nanoTime()]
    /// @param wishes told what intervals the hub asks for
    public Delivery(
            Identity identity,
            AgentConfig config,
            MachineFacts facts,
            String agentVersion,
            HubClient hub,
            Spool spool,
            Clock clock,
            LongSupplier nanos,
            RandomGenerator random,
            Consumer<Desired> wishes) {
        this.identity = identity;
        this.config = config;
        this.facts = facts;
        this.agentVersion = agentVersion;
        this.hub = hub;
        this.spool = spool;
        this.clock = clock;
        this.nanos = nanos;
        this.wishes = wishes;
        this.backoff = new Backoff(Duration.ofSeconds(1), Duration.ofMinutes(5), random);
        this.pauseUntil = nanos.getAsLong();
        this.lastContact = pauseUntil;
    }

    /// Does what is due: register, send the oldest batch, or a heartbeat.
    ///
    /// @return how long nothing is due, unless a batch is spooled meanwhile and [#paused] is false
    public Duration step() throws InterruptedException {
        var left = Duration.ofNanos(pauseUntil - nanos.getAsLong());
        if (left.isPositive()) {
            return left;
        }
        try {
            if (!registeredThisStart) {
                register();
                return untilNext();
            }
            var batch = spool.oldest();
            if (batch.isPresent()) {
                send(batch.get());
            } else if (!contactMade || since(lastContact).compareTo(HEARTBEAT_AFTER) >= 0) {
                heartbeat();
            }
        } catch (IOException failed) {
            pause(backoff.next(), "the hub cannot be reached, the spool keeps the batches: " + Log.reason(failed));
        }
        return untilNext();
    }

    /// Whether new batches must wait as well.
    public boolean paused() {
        return pauseUntil - nanos.getAsLong() > 0;
    }

    public boolean isRegistered() {
        return registeredThisStart;
    }

    private Duration untilNext() throws InterruptedException {
        var pause = Duration.ofNanos(pauseUntil - nanos.getAsLong());
        if (pause.isPositive()) {
            return pause;
        }
        if (!registeredThisStart || spool.fill().batches() > 0) {
            return Duration.ZERO;
        }
        var toHeartbeat = contactMade ? HEARTBEAT_AFTER.minus(since(lastContact)) : Duration.ZERO;
        return toHeartbeat.compareTo(IDLE) > 0 ? IDLE : toHeartbeat.isNegative() ? Duration.ZERO : toHeartbeat;
    }

    private Duration since(long moment) {
        return Duration.ofNanos(nanos.getAsLong() - moment);
    }

    private void register() throws IOException, InterruptedException {
        var credentials = credentials();
        if (credentials.isEmpty()) {
            pause(backoff.next(), "not registered, and there is no enrolment token: " + tokenHint());
            return;
        }
        for (var credential : credentials) {
            var answer = hub.post("/agents/register", credential, registrationBody(), Map.of());
            switch (answer.status()) {
                case 200, 201 -> {
                    accept(answer, credential);
                    return;
                }
                case 401 -> {
                    // the next credential may be the right one
                    continue;
                }
                case 403 -> {
                    pause(
                            backoff.next(),
                            "the hub refuses this machine's registration (%s): it knows another key for it, which an administrator may clear"
                                    .formatted(said(answer)));
                    return;
                }
                case 409 -> {
                    if (isCloneSuspected(answer)) {
                        becomeAnother();
                        return;
                    }
                    // an agent token of another machine: the next credential may be the right one
                    continue;
                }
                default -> {
                    pauseFor(answer, "registration");
                    return;
                }
            }
        }
        pause(backoff.next(), "the hub takes none of this agent's tokens: " + tokenHint());
    }

    private String tokenHint() {
        return config.enrolmentTokenFile()
                .map(file -> "put a new one into " + file)
                .orElse("set enrolment_token or enrolment_token_file");
    }

    /// What may be shown to register, best first. A registered machine shows its own token; an enrolment token
    /// that it has not used yet comes after that, for the case that the own one is dead.
    private List<Secret> credentials() throws IOException {
        var credentials = new ArrayList<Secret>();
        var enrolment = config.currentEnrolmentToken();
        if (identity.registration().isPresent()) {
            identity.ownToken().ifPresent(credentials::add);
            enrolment.filter(identity::isNew).ifPresent(credentials::add);
        } else {
            enrolment.ifPresent(credentials::add);
            identity.ownToken().ifPresent(credentials::add);
        }
        return credentials;
    }

    private byte[] registrationBody() {
        return Json.bytes(new Fields()
                .with("hostname", facts.hostname())
                .with("machine_id", identity.machineId())
                .with("instance_id", identity.instanceId())
                .with("os", facts.os())
                .with("distro", facts.distro())
                .with("kernel", facts.kernel())
                .with("arch", facts.arch())
                .with("cpu_model", facts.cpuModel())
                .with("cpu_cores", facts.cpuCores())
                .with("ram_total_bytes", facts.ramTotalBytes())
                .with("agent_version", agentVersion)
                .with("labels", facts.labels())
                .with("signing_pubkey", identity.key().publicKey()));
    }

    private void accept(HubAnswer answer, Secret shown) throws IOException {
        var known = identity.registration();
        var agentId = Json.text(answer.json(), "agent_id").or(() -> known.map(Registration::agentId));
        // the same machine keeps its token where the answer names none
        var token = Json.text(answer.json(), "agent_token")
                .flatMap(Secret::of)
                .or(() -> known.map(Registration::token))
                .or(() -> shown.value().startsWith("ms_") ? Optional.of(shown) : Optional.empty());
        if (agentId.filter(id -> id.matches("[0-9A-Za-z-]{1,64}")).isEmpty() || token.isEmpty()) {
            pause(backoff.next(), "the hub's answer to the registration names no agent and token");
            return;
        }
        var enrolment = config.currentEnrolmentToken().filter(shown::equals);
        identity.registered(
                new Registration(
                        agentId.get(),
                        token.get(),
                        Json.text(answer.json(), "hub_public_key").or(() -> known.flatMap(Registration::hubPublicKey))),
                enrolment);
        registeredThisStart = true;
        registeredAt = nanos.getAsLong();
        say("registered with the hub as agent %s".formatted(agentId.get()));
    }

    private void send(SpooledBatch batch) throws IOException, InterruptedException {
        var registration = identity.registration().orElseThrow();
        var answer = hub.post(
                "/ingest",
                registration.token(),
                batch.body(),
                Map.of(
                        "Content-Encoding",
                        "gzip",
                        "X-Monsys-Signature",
                        identity.key().sign(batch.body()),
                        "X-Request-Id",
                        batch.batchId().toString()));
        switch (answer.status()) {
            case 200, 202 -> taken(batch, answer);
            case 400, 413, 415 -> {
                if (answer.code().isPresent()) {
                    spool.refuse(batch, answer.status() + " " + said(answer));
                    Log.warn("the hub can never take batch %d (%s): moved aside".formatted(batch.seq(), said(answer)));
                } else {
                    pause(backoff.next(), "something between this host and the hub answers " + answer.status());
                }
            }
            case 401 -> unauthorised(answer);
            case 409 -> {
                if (isCloneSuspected(answer)) {
                    becomeAnother();
                } else {
                    pauseFor(answer, "a batch");
                }
            }
            case 403 ->
                pause(
                        backoff.next(),
                        "the hub refuses this agent's batches (%s): they are kept".formatted(said(answer)));
            default -> pauseFor(answer, "a batch");
        }
    }

    private void taken(SpooledBatch batch, HubAnswer answer) throws IOException {
        var rejected = Json.asList(answer.json().get("rejected"));
        if (!rejected.isEmpty()) {
            var first = Json.asObject(rejected.getFirst());
            Log.warn("the hub rejected %d of %d items of batch %d, the first with %s: %s"
                    .formatted(
                            rejected.size(),
                            batch.items(),
                            batch.seq(),
                            Json.text(first, "code").orElse("no code"),
                            Json.text(first, "detail").orElse("no detail")));
        }
        spool.acknowledge(batch, rejected.size());
        contact(answer);
        answer.retryAfter(clock).or(answer::limitReset).ifPresent(this::waitFor);
    }

    private void contact(HubAnswer answer) {
        backoff.reset();
        contactMade = true;
        lastContact = nanos.getAsLong();
        if (!saidLast.isEmpty()) {
            say("the hub takes this agent's batches again");
            saidLast = "";
        }
        Desired.in(answer.json()).ifPresent(wishes);
    }

    private void heartbeat() throws IOException, InterruptedException {
        var registration = identity.registration().orElseThrow();
        var body = Json.bytes(new Fields()
                .with("instance_id", identity.instanceId())
                .with("sent_at", clock.instant())
                .with("agent_version", agentVersion));
        var answer = hub.post("/agents/" + registration.agentId() + "/heartbeat", registration.token(), body, Map.of());
        switch (answer.status()) {
            case 200, 202, 204 -> {
                contact(answer);
                answer.limitReset().ifPresent(this::waitFor);
            }
            case 401 -> unauthorised(answer);
            case 409 -> {
                if (isCloneSuspected(answer)) {
                    becomeAnother();
                } else {
                    pauseFor(answer, "a heartbeat");
                }
            }
            default -> pauseFor(answer, "a heartbeat");
        }
    }

    private void unauthorised(HubAnswer answer) {
        if (since(registeredAt).compareTo(TOKEN_SPREADS_WITHIN) < 0) {
            waitFor(Duration.ofSeconds(1));
            return;
        }
        // a rotated token cannot be mended from here; a new one in the enrolment token's place can
        registeredThisStart = false;
        pause(
                backoff.next(),
                "the hub no longer knows this agent's token (%s), batches are kept: %s"
                        .formatted(said(answer), tokenHint()));
    }

    private static boolean isCloneSuspected(HubAnswer answer) {
        return answer.code().filter("CLONE_SUSPECTED"::equals).isPresent();
    }

    private void becomeAnother() throws IOException {
        identity.becomeAnother();
        var discarded = spool.discardOthers(UUID.fromString(identity.instanceId()));
        registeredThisStart = false;
        say(
                "this machine is a copy of another one: it takes a key and identity of its own (%d batches of the other discarded)"
                        .formatted(discarded));
    }

    private void pauseFor(HubAnswer answer, String what) {
        var asked = answer.retryAfter(clock).filter(Duration::isPositive);
        var pause = asked.isPresent() ? asked.get() : backoff.next();
        if (answer.status() == 429) {
            // being too fast is no fault worth a line: the hub says when to go on
            waitFor(pause);
        } else {
            pause(pause, "the hub does not take %s now (%s)".formatted(what, said(answer)));
        }
    }

    private static String said(HubAnswer answer) {
        return answer.status()
                + answer.code().map(code -> " " + code).orElse("")
                + answer.detail().map(detail -> ": " + detail).orElse("");
    }

    private void waitFor(Duration pause) {
        pauseUntil = nanos.getAsLong() + pause.toNanos();
    }

    private void pause(Duration pause, String why) {
        waitFor(pause);
        if (!why.equals(saidLast)) {
            saidLast = why;
            Log.warn(why);
        }
    }

    private static void say(@Nullable String what) {
        Log.info(String.valueOf(what));
    }
}
