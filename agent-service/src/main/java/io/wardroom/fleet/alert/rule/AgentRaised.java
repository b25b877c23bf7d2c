package io.wardroom.fleet.alert.rule;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.wardroom.common.event.Topics;
import io.wardroom.common.identity.TokenHash;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.fleet.Inbox;
import io.wardroom.fleet.Received;
import io.wardroom.fleet.Texts;
import io.wardroom.fleet.alert.Alerts;
import io.wardroom.fleet.alert.Host;
import io.wardroom.fleet.alert.Hosts;
import io.wardroom.fleet.alert.rule.Rule.Kind;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.stereotype.Component;
import org.springframework.transaction.support.TransactionTemplate;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Takes what agents raise themselves, where a rule of the tenant wants to hear it.
@Component
class AgentRaised {
    private static final Set<String> SEVERITIES = Set.of("critical", "high", "medium", "warning");
    private static final int LONGEST_CATEGORY = 64;
    private static final int LONGEST_TITLE = 512;
    private static final int LONGEST_DETAIL = 16_384;

    private final Alerts alerts;
    private final Hosts hosts;
    private final RuleRepository rules;
    private final Rules known;
    private final Inbox inbox;
    private final TransactionTemplate transaction;
    private final JsonMapper json;
    private final Counter refused;

    AgentRaised(
            Alerts alerts,
            Hosts hosts,
            RuleRepository rules,
            Rules known,
            Inbox inbox,
            TransactionTemplate transaction,
            JsonMapper json,
            MeterRegistry meters) {
        this.alerts = alerts;
        this.hosts = hosts;
        this.rules = rules;
        this.known = known;
        this.inbox = inbox;
        this.transaction = transaction;
        this.json = json;
        this.refused = meters.counter("wardroom.alerts.malformed");
    }

    @KafkaListener(topics = Topics.TELEMETRY_ALERTS, groupId = "${spring.kafka.consumer.group-id}-alerts")
    void on(ConsumerRecord<String, byte[]> record) {
        var received = Received.read(record, json);
        TenantScope.within(received.tenant(), () -> {
            transaction.executeWithoutResult(_ -> {
                if (inbox.accept(received.id())) {
                    hosts.find(received.tenant(), received.agent()).ifPresent(host -> raise(host, received));
                }
            });
            return true;
        });
    }

    private void raise(Host host, Received received) {
        known.giveDefaults(List.of(host.tenant()));
        var listening = rules.enabled(List.of(host.tenant())).stream()
                .filter(rule -> rule.kind() == Kind.AGENT && rule.scope().covers(host))
                .toList();
        for (var item : received.items()) {
            var category = text(item, "category");
            var severity = text(item, "severity");
            var title = text(item, "title");
            var detail = text(item, "detail");
            // ingest-service lets nothing else through; what comes by another way must not stop the topic
            if (!fits(category, LONGEST_CATEGORY)
                    || !fits(title, LONGEST_TITLE)
                    || detail != null && !fits(detail, LONGEST_DETAIL)
                    || severity == null
                    || !SEVERITIES.contains(severity)
                    || category == null
                    || title == null) {
                refused.increment();
                continue;
            }
            ruleFor(listening, category)
                    .ifPresent(rule -> alerts.raise(
                            host.tenant(), host.id(), raised(rule, host, received, item, category, severity, title)));
        }
    }

    private static Alerts.Raised raised(
            Rule rule, Host host, Received received, JsonNode item, String category, String severity, String title) {
        return new Alerts.Raised(
                rule.id(),
                category,
                severity,
                title,
                text(item, "detail"),
                "agent/%s/%s".formatted(host.id(), TokenHash.of(category + "\n" + title)),
                moment(item, received.at()));
    }

    /// One that names the category before one that listens to all.
    private static Optional<Rule> ruleFor(List<Rule> listening, String category) {
        return listening.stream()
                .filter(rule -> category.equals(rule.labels().get("category")))
                .findFirst()
                .or(() -> listening.stream()
                        .filter(rule -> rule.labels().isEmpty())
                        .findFirst());
    }

    private static boolean fits(@Nullable String text, int longest) {
        return text != null && !text.isBlank() && text.length() <= longest && text.matches("(?s)" + Texts.STORABLE);
    }

    private static @Nullable String text(JsonNode item, String field) {
        var value = item.get(field);
        return value == null || value.isNull() || value.isContainer() ? null : value.asString();
    }

    private static Instant moment(JsonNode item, Instant receivedAt) {
        var text = text(item, "detected_at");
        try {
            return text == null ? receivedAt : Instant.parse(text);
        } catch (DateTimeParseException malformed) {
            return receivedAt;
        }
    }
}
