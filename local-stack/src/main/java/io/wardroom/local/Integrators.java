package io.wardroom.local;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;
import org.jspecify.annotations.Nullable;

/// Who may read events on Kafka from outside: the shared topics, or those of one tenant, and nothing else. Each has one
/// account, which logs in with a password (SCRAM-SHA-512) or with tokens of Keycloak; the same ACLs hold for both.
final class Integrators {
    /// What integrators of the platform read.
    static final List<String> SHARED_TOPICS = List.of(
            "telemetry.metrics.v1",
            "telemetry.layouts.v1",
            "telemetry.heartbeats.v1",
            "telemetry.inventory.v1",
            "telemetry.alerts.v1",
            "telemetry.signals.v1",
            "agents.identity.v1",
            "agents.events.v1",
            "alerts.events.v1",
            "integrity.anomalies.v1",
            "audit.actions.v1",
            "audit.checkpoints.v1",
            "console.sessions.v1",
            "cloud.resources.v1",
            "cloud.findings.v1",
            "purple.tests.v1",
            "purple.campaigns.v1",
            "purple.coverage.v1",
            "compliance.results.v1",
            "vulnerabilities.matches.v1");

    private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?");
    // no account of another kind has a name that begins so, the suite's own (ANONYMOUS) least of all
    private static final String ACCOUNT = "integrator-";
    private static final String TENANT = "tenant.";
    private static final String ANYWHERE = "*";
    private static final int ITERATIONS = 8_192;
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final Kafka kafka;
    private final Keycloak keycloak;

    Integrators(Kafka kafka, Keycloak keycloak) {
        this.kafka = kafka;
        this.keycloak = keycloak;
    }

    /// @param account the SCRAM user, and the client of Keycloak; also how its consumer groups begin, with a dot behind
    record Admitted(String account, String password, String clientSecret) {
        @Override
        public String toString() {
            return "Admitted[account=%s]".formatted(account);
        }
    }

    /// Admits one, and returns once the broker knows it.
    ///
    /// @param tenant whose events it reads; null for the shared topics
    /// @throws Trouble if the name is taken, or none
    Admitted add(String name, @Nullable UUID tenant) throws IOException {
        var account = account(name);
        try (var broker = broker()) {
            if (isKnown(broker, account)) {
                throw new Trouble(
                        "There is an integrator %s already.".formatted(name),
                        "./wardroom integrator remove %s takes it away.".formatted(name));
            }
            // what an attempt that broke off may have left
            withdraw(broker, account);
            var admitted = new Admitted(account, Secrets.random(), Secrets.random());
            keycloak.provideReaderOfEvents(account, admitted.clientSecret());
            var rights = rights(account, tenant);
            get(broker.createAcls(rights).all());
            // last of all: who has a password is admitted
            get(broker.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                            account,
                            new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS),
                            admitted.password())))
                    .all());
            await(() -> isKnown(broker, account) && rightsOf(broker, account).containsAll(rights));
            return admitted;
        }
    }

    /// Takes all rights and both logins away; who reads at this moment is refused at the next request.
    ///
    /// @throws Trouble if there is no such integrator
    void remove(String name) throws IOException {
        var account = account(name);
        try (var broker = broker()) {
            if (!isKnown(broker, account) && rightsOf(broker, account).isEmpty()) {
                throw new Trouble(
                        "There is no integrator %s.".formatted(name), "./wardroom integrator list tells who there is.");
            }
            withdraw(broker, account);
            await(() -> rightsOf(broker, account).isEmpty());
        }
    }

    /// The names of all, each with what it reads: a tenant's id, or nothing for the shared topics.
    SortedMap<String, String> all() {
        var found = new TreeMap<String, String>();
        try (var broker = broker()) {
            var any = new AclBindingFilter(
                    new ResourcePatternFilter(ResourceType.TOPIC, null, PatternType.ANY), AccessControlEntryFilter.ANY);
            for (var right : get(broker.describeAcls(any).values())) {
                var principal = right.entry().principal();
                if (principal.startsWith("User:" + ACCOUNT)) {
                    var topic = right.pattern().name();
                    found.put(
                            principal.substring(("User:" + ACCOUNT).length()),
                            right.pattern().patternType() == PatternType.PREFIXED
                                    ? topic.substring(TENANT.length(), topic.length() - 1)
                                    : "");
                }
            }
        }
        return found;
    }

    private void withdraw(Admin broker, String account) throws IOException {
        get(broker.deleteAcls(List.of(ofAccount(account))).all());
        if (isKnown(broker, account)) {
            get(broker.alterUserScramCredentials(
                            List.of(new UserScramCredentialDeletion(account, ScramMechanism.SCRAM_SHA_512)))
                    .all());
        }
        keycloak.removeClient(account);
    }

    private static List<AclBinding> rights(String account, @Nullable UUID tenant) {
        var rights = new ArrayList<AclBinding>();
        // with the dot: no other account's name goes on behind it
        rights.add(mayRead(account, ResourceType.GROUP, account + ".", PatternType.PREFIXED));
        if (tenant == null) {
            SHARED_TOPICS.forEach(
                    topic -> rights.add(mayRead(account, ResourceType.TOPIC, topic, PatternType.LITERAL)));
        } else {
            rights.add(mayRead(account, ResourceType.TOPIC, TENANT + tenant + ".", PatternType.PREFIXED));
        }
        return rights;
    }

    private static AclBinding mayRead(String account, ResourceType type, String name, PatternType pattern) {
        return new AclBinding(
                new ResourcePattern(type, name, pattern),
                new AccessControlEntry("User:" + account, ANYWHERE, AclOperation.READ, AclPermissionType.ALLOW));
    }

    private static AclBindingFilter ofAccount(String account) {
        return new AclBindingFilter(
                ResourcePatternFilter.ANY,
                new AccessControlEntryFilter("User:" + account, null, AclOperation.ANY, AclPermissionType.ANY));
    }

    private static Collection<AclBinding> rightsOf(Admin broker, String account) {
        return get(broker.describeAcls(ofAccount(account)).values());
    }

    private static boolean isKnown(Admin broker, String account) {
        return get(broker.describeUserScramCredentials().users()).contains(account);
    }

    private static String account(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new Trouble(
                    "\"%s\" is no name for an integrator.".formatted(name),
                    "Use up to 40 small letters, digits and hyphens.");
        }
        return ACCOUNT + name;
    }

    private Admin broker() {
        return Admin.create(Map.<String, Object>of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                kafka.bootstrap(),
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                5_000,
                AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                (int) LIMIT.toMillis()));
    }

    private interface Claim {
        boolean holds();
    }

    /// What the controller has taken reaches the broker's own tables a moment later.
    private static void await(Claim claim) {
        var deadline = System.nanoTime() + LIMIT.toNanos();
        while (!claim.holds()) {
            if (System.nanoTime() > deadline) {
                throw new Trouble("The broker did not take the change over in time.", "Try again.");
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException stopped) {
                throw interrupted(stopped);
            }
        }
    }

    private static <T> T get(KafkaFuture<T> answer) {
        try {
            return answer.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failed) {
            throw new Trouble(
                    "The broker did not do it: " + failed, "./wardroom status tells whether it runs.", null, failed);
        } catch (InterruptedException stopped) {
            throw interrupted(stopped);
        }
    }

    private static Trouble interrupted(InterruptedException stopped) {
        Thread.currentThread().interrupt();
        return new Trouble("The broker was not waited for.", "", null, stopped);
    }
}
