package io.wardroom.audit.webhook;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// What webhooks call an event: `alert.created` for the type `io.wardroom.alert.created.v1`.
record EventName(String value, String type) {
    static final String DISABLED = "webhook.disabled";
    static final String TEST = "webhook.test";

    private static final String ALL = "*";
    private static final String OF_A_NOUN = ".*";
    private static final Pattern TYPE = Pattern.compile("io\\.wardroom\\.([a-z_]+(?:\\.[a-z_]+)+)\\.v[0-9]{1,3}");

    /// Documented names that are not their type's own.
    private static final Map<String, String> CALLED_OTHERWISE = Map.of(
            "vulnerability.matched", "cve.match.new",
            "emergency_token.issued", "emergency.token.issued");

    /// What can be asked for by its name. Newer ones can be by their type, by their noun and by `*`.
    private static final Set<String> KNOWN = Set.of(
            "action.recorded",
            "agent.registered",
            "agent.deleted",
            "agent.online",
            "agent.offline",
            "alert.created",
            "alert.acknowledged",
            "alert.resolved",
            "anomaly.opened",
            "anomaly.resolved",
            "checkpoint.signed",
            "coverage.changed",
            "cve.match.new",
            "emergency.token.issued",
            "evidence.uploaded",
            "honeypot.tripped",
            "notification.created",
            "test.created",
            "test.updated",
            "test.started",
            "test.executed",
            "test.evaluated",
            "test.validated",
            "test.rejected",
            "test.reopened",
            DISABLED);

    /// @throws IllegalArgumentException if it is no type of ours
    static EventName of(String type) {
        var found = TYPE.matcher(type);
        if (!found.matches()) {
            throw new IllegalArgumentException("not a type of event");
        }
        var plain = found.group(1);
        return new EventName(CALLED_OTHERWISE.getOrDefault(plain, plain), type);
    }

    /// What webhooks alone are told and no topic carries: `webhook.disabled`, say.
    static EventName ofWebhooks(String name) {
        return new EventName(name, "io.wardroom." + name + ".v1");
    }

    /// Whether somebody may ask for it.
    static boolean isWanted(String asked) {
        if (asked.endsWith(OF_A_NOUN)) {
            var noun = asked.substring(0, asked.length() - 1);
            return KNOWN.stream().anyMatch(name -> name.startsWith(noun));
        }
        return asked.equals(ALL) || KNOWN.contains(asked) || TYPE.matcher(asked).matches();
    }

    /// Whether one of these asks for this event.
    boolean isAskedForBy(List<String> asked) {
        return asked.stream()
                .anyMatch(one -> one.equals(ALL)
                        || one.equals(value)
                        || one.equals(type)
                        || one.endsWith(OF_A_NOUN) && value.startsWith(one.substring(0, one.length() - 1)));
    }

    /// What the event is about: `alert` of `alert.created`.
    String noun() {
        return value.substring(0, value.indexOf('.'));
    }
}
