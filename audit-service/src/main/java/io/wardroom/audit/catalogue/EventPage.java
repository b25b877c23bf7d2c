package io.wardroom.audit.catalogue;

import io.wardroom.common.event.contract.EventContract;
import io.wardroom.common.event.contract.EventContract.Event;
import io.wardroom.common.event.contract.EventContract.Topic;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.StringJoiner;
import org.springframework.web.util.HtmlUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The contract of events as one page for people: no script, nothing from elsewhere.
final class EventPage {
    private static final String STYLE = """
            :root { color-scheme: light dark; --faint: #586570; --line: #d8d4ca; --ground: #f3f1ec; }
            @media (prefers-color-scheme: dark) { :root { --faint: #a0acb5; --line: #2c3943; --ground: #172028; } }
            body { margin: 0 auto; max-width: 60rem; padding: 2rem 1rem; font: 1rem/1.5 system-ui, sans-serif; }
            h2 { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: 1rem; }
            h2, h3, td:first-child { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
            p.faint, td { color: var(--faint); }
            table { border-collapse: collapse; width: 100%; }
            td { padding: 0.2rem 1rem 0.2rem 0; vertical-align: top; border-bottom: 1px solid var(--line); }
            td:first-child { color: inherit; }
            pre { background: var(--ground); padding: 0.75rem; overflow-x: auto; }
            """;

    private final JsonMapper json;

    EventPage(JsonMapper json) {
        this.json = json;
    }

    /// Lets the page have its own style and nothing else.
    static String policy() {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(STYLE.getBytes(StandardCharsets.UTF_8));
            return "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
                    .formatted(Base64.getEncoder().encodeToString(digest));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    String of(EventContract contract, String version) {
        var page = new StringBuilder()
                .append("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<title>Wardroom: events</title>\n<style>")
                .append(STYLE)
                .append("</style>\n</head>\n<body>\n<main>\n<h1>Events</h1>\n")
                .append("<p>What happens in Wardroom ")
                .append(escaped(version))
                .append(", as CloudEvents 1.0 in Kafka's binary mode: the attributes are headers of the record ")
                .append("(<code>ce_id</code>, <code>ce_type</code>, <code>ce_subject</code>, ")
                .append("<code>ce_tenantid</code>, <code>ce_time</code>, …), its value is the event. ")
                .append("A schema only ever grows: pass over fields you do not know. ")
                .append("An event may come twice, with the same <code>ce_id</code>; events of one key are in order. ")
                .append("For programs: <a href=\"/asyncapi.json\">asyncapi.json</a>.</p>\n<ul>\n");
        contract.topics()
                .forEach(
                        topic -> page.append("<li><a href=\"#%1$s\">%1$s</a></li>\n".formatted(escaped(topic.name()))));
        page.append("</ul>\n");
        contract.topics().forEach(topic -> append(page, topic));
        return page.append("</main>\n</body>\n</html>\n").toString();
    }

    private void append(StringBuilder page, Topic topic) {
        page.append(
                "<section>\n<h2 id=\"%1$s\">%1$s</h2>\n<p>%2$s</p>\n<p class=\"faint\">Written by %3$s. Key: %4$s.%5$s</p>\n"
                        .formatted(
                                escaped(topic.name()),
                                escaped(topic.description()),
                                escaped(topic.service()),
                                escaped(topic.key()),
                                topic.compacted() ? " Compacted: the newest record of each key stays." : ""));
        topic.events().forEach(event -> append(page, event));
        page.append("</section>\n");
    }

    private void append(StringBuilder page, Event event) {
        page.append(
                "<h3 id=\"%1$s\">%1$s</h3>\n<p>%2$s</p>\n".formatted(escaped(event.type()), escaped(event.summary())));
        var schema = event.schema();
        if (schema == null) {
            page.append("<p class=\"faint\">Protobuf; its definition stands in asyncapi.json.</p>\n");
            return;
        }
        page.append("<table>\n");
        schema.path("properties")
                .forEachEntry((name, form) -> page.append("<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n"
                        .formatted(
                                escaped(name),
                                escaped(form(form)),
                                escaped(form.path("description").asString("")))));
        page.append("</table>\n<pre>")
                .append(escaped(json.writerWithDefaultPrettyPrinter()
                        .writeValueAsString(json.readTree(event.samples().getLast()))))
                .append("</pre>\n");
    }

    private static String form(JsonNode form) {
        var types = new StringJoiner(" or ");
        if (form.path("type").isArray()) {
            form.path("type").forEach(type -> types.add(type.asString()));
        } else {
            types.add(form.path("type").asString("any"));
        }
        var format = form.path("format").asString("");
        return format.isEmpty() ? types.toString() : "%s, %s".formatted(types, format);
    }

    private static String escaped(String text) {
        return HtmlUtils.htmlEscape(text, StandardCharsets.UTF_8.name());
    }
}
