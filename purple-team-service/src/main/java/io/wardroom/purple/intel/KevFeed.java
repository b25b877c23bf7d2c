package io.wardroom.purple.intel;

import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Reads CISA's catalogue of known exploited vulnerabilities.
///
/// @see <a href="https://www.cisa.gov/known-exploited-vulnerabilities-catalog">the catalogue</a>
final class KevFeed {
    private static final Pattern CVE = Pattern.compile("CVE-\\d{4}-\\d{4,19}");
    private static final int LONGEST_TITLE = 1_000;
    private static final int LONGEST_SUMMARY = 10_000;
    private static final Map<String, String> DETAILS = Map.of(
            "vendorProject", "vendor",
            "product", "product",
            "dueDate", "due_date",
            "knownRansomwareCampaignUse", "known_ransomware_use");
    private static final Set<String> LOOKED_AT = Set.of(
            "cveID",
            "vulnerabilityName",
            "shortDescription",
            "dateAdded",
            "vendorProject",
            "product",
            "dueDate",
            "knownRansomwareCampaignUse");

    private KevFeed() {}

    /// @throws BrokenFeed where it cannot be read, or says what cannot be
    static List<Entry> read(InputStream file, int most) throws BrokenFeed, IOException {
        var entries = new ArrayList<Entry>();
        var seen = new HashSet<String>();
        var beside = JsonRows.read(file, "vulnerabilities", LOOKED_AT, most, row -> {
            var cve = row.text("cveID");
            if (!CVE.matcher(cve).matches()) {
                throw row.broken("cveID is none");
            }
            if (!seen.add(cve)) {
                throw row.broken(cve + " stands there twice");
            }
            entries.add(entry(cve, row));
        });
        var count = beside.get("count");
        if (count == null || !count.equals(String.valueOf(entries.size()))) {
            throw BrokenFeed.unreadable("it says that it has %s entries, and has %d"
                    .formatted(count == null ? "no number of" : Entry.shortened(count, 20), entries.size()));
        }
        return entries;
    }

    private static Entry entry(String cve, JsonRows.Row row) throws BrokenFeed {
        var details = new TreeMap<String, String>();
        DETAILS.forEach((field, name) -> {
            var value = row.fields().get(field);
            if (value != null) {
                details.put(name, Entry.shortened(value, LONGEST_TITLE));
            }
        });
        var summary = Entry.shortened(row.fields().getOrDefault("shortDescription", ""), LONGEST_SUMMARY);
        return new Entry(
                cve,
                Entry.shortened(row.text("vulnerabilityName"), LONGEST_TITLE),
                summary,
                "https://nvd.nist.gov/vuln/detail/" + cve,
                added(row),
                Set.of(cve),
                Entry.techniquesIn(summary),
                details);
    }

    private static Instant added(JsonRows.Row row) throws BrokenFeed {
        try {
            return LocalDate.parse(row.text("dateAdded"))
                    .atStartOfDay(ZoneOffset.UTC)
                    .toInstant();
        } catch (DateTimeException malformed) {
            throw row.broken("dateAdded is no date");
        }
    }
}
