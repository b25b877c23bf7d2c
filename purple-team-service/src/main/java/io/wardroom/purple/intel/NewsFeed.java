package io.wardroom.purple.intel;

import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// Reads a feed of news: RSS 2.0 or Atom (RFC 4287). What is looked at is what names vulnerabilities and techniques.
final class NewsFeed {
    private static final Set<String> ENTRIES = Set.of("item", "entry");
    private static final Set<String> TEXTS = Set.of(
            "title",
            "guid",
            "id",
            "link",
            "description",
            "summary",
            "content",
            "encoded",
            "pubDate",
            "published",
            "updated");
    private static final int LONGEST_ID = 1_000;
    private static final int LONGEST_SUMMARY = 10_000;
    private static final int MOST_CHARACTERS = 1 << 20;
    private static final int DEEPEST = 100;

    private final XMLStreamReader xml;
    private final int most;
    private final Map<String, Entry> entries = new LinkedHashMap<>();

    private NewsFeed(XMLStreamReader xml, int most) {
        this.xml = xml;
        this.most = most;
    }

    /// @throws BrokenFeed where it cannot be read
    static List<Entry> read(InputStream file, int most) throws BrokenFeed {
        var factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, false);
        try {
            var xml = factory.createXMLStreamReader(file);
            try {
                return new NewsFeed(xml, most).feed();
            } finally {
                xml.close();
            }
        } catch (XMLStreamException malformed) {
            var at = malformed.getLocation();
            var where = at == null ? "" : "line %d, column %d: ".formatted(at.getLineNumber(), at.getColumnNumber());
            var cause = malformed.getNestedException();
            throw BrokenFeed.unreadable(where + (cause == null ? "it is no XML" : cause.getMessage()));
        }
    }

    private List<Entry> feed() throws XMLStreamException, BrokenFeed {
        var root = "";
        var depth = 0;
        while (xml.hasNext()) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    if (root.isEmpty()) {
                        root = xml.getLocalName();
                    }
                    if (ENTRIES.contains(xml.getLocalName())) {
                        entry();
                    } else {
                        deeper(++depth);
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> {
                    // what stands around the entries says nothing
                }
            }
        }
        if (!root.equals("rss") && !root.equals("feed") && !root.equals("RDF")) {
            throw broken("this is neither RSS nor Atom");
        }
        return List.copyOf(entries.values());
    }

    private void entry() throws XMLStreamException, BrokenFeed {
        var fields = new HashMap<String, String>();
        var characters = 0;
        var depth = 1;
        while (depth > 0) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> {
                    var name = xml.getLocalName();
                    if (depth == 1 && TEXTS.contains(name)) {
                        var href = xml.getAttributeValue(null, "href");
                        var text = href == null ? text() : href + skipped();
                        characters += text.length();
                        fields.putIfAbsent(name, text.strip());
                    } else {
                        deeper(++depth);
                    }
                }
                case XMLStreamConstants.END_ELEMENT -> depth--;
                default -> {
                    // blanks between the fields
                }
            }
            if (characters > MOST_CHARACTERS) {
                throw broken("the entry is too long");
            }
        }
        keep(fields);
    }

    /// The text of the current element and all it holds.
    private String text() throws XMLStreamException, BrokenFeed {
        var text = new StringBuilder();
        var depth = 1;
        while (depth > 0) {
            switch (xml.next()) {
                case XMLStreamConstants.START_ELEMENT -> deeper(++depth);
                case XMLStreamConstants.END_ELEMENT -> depth--;
                case XMLStreamConstants.CHARACTERS, XMLStreamConstants.CDATA -> text.append(xml.getText());
                default -> {
                    // comments say nothing
                }
            }
            if (text.length() > MOST_CHARACTERS) {
                throw broken("a text is too long");
            }
        }
        return text.toString();
    }

    private String skipped() throws XMLStreamException, BrokenFeed {
        text();
        return "";
    }

    private void keep(Map<String, String> fields) throws BrokenFeed {
        var title = fields.getOrDefault("title", "");
        var url = fields.get("link");
        var id = first(fields, "guid", "id", "link", "title");
        if (id == null || id.isBlank() || title.isBlank()) {
            throw broken("an entry without a title");
        }
        if (entries.size() >= most) {
            throw broken("there are more than %d entries".formatted(most));
        }
        var summary = first(fields, "description", "summary", "content", "encoded");
        var all = String.join("\n", fields.values());
        for (var text : List.of(id, title, all)) {
            if (!Entry.isStorable(text)) {
                throw broken("a text holds half a character");
            }
        }
        entries.putIfAbsent(
                Entry.shortened(id, LONGEST_ID),
                new Entry(
                        Entry.shortened(id, LONGEST_ID),
                        Entry.shortened(title, LONGEST_ID),
                        summary == null ? "" : Entry.shortened(summary, LONGEST_SUMMARY),
                        url != null && url.startsWith("https://") && url.length() <= LONGEST_ID ? url : null,
                        moment(first(fields, "pubDate", "published", "updated")),
                        Entry.cvesIn(all),
                        Entry.techniquesIn(all),
                        Map.of()));
    }

    private static @Nullable String first(Map<String, String> fields, String... names) {
        for (var name : names) {
            var value = fields.get(name);
            if (value != null && !value.isBlank()) {
                return value;
            }
        }
        return null;
    }

    /// RSS writes moments as mails do, Atom as RFC 3339 does; one that is neither is not known.
    private static @Nullable Instant moment(@Nullable String text) {
        if (text == null) {
            return null;
        }
        for (var form : List.of(DateTimeFormatter.RFC_1123_DATE_TIME, DateTimeFormatter.ISO_OFFSET_DATE_TIME)) {
            try {
                var moment = OffsetDateTime.parse(text, form).toInstant();
                return moment.isBefore(Instant.EPOCH) ? null : moment;
            } catch (DateTimeException another) {
                // tried in the next form
            }
        }
        return null;
    }

    private void deeper(int depth) throws BrokenFeed {
        if (depth > DEEPEST) {
            throw broken("it is nested too deeply");
        }
    }

    private BrokenFeed broken(String what) {
        var at = xml.getLocation();
        return BrokenFeed.unreadable(
                "line %d, column %d: %s".formatted(at.getLineNumber(), at.getColumnNumber(), what));
    }
}
