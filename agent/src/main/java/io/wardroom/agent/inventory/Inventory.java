package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.log.Log;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Looks through all sections and tells which of them differ from what was told last.
public final class Inventory {
    /// A section is one item of one batch; the hub takes 880 KiB an item, what stands around the rows included.
    private static final int MAX_SECTION_BYTES = 878 << 10;

    private final Clock clock;
    private final List<Source> sources;
    private final Map<String, byte[]> told = new HashMap<>();
    private final Map<String, String> fingerprints = new HashMap<>();
    private final Map<String, String> unreadable = new HashMap<>();

    public Inventory(HostFiles files, Clock clock) {
        this(
                clock,
                List.of(
                        new OsState(files),
                        new Users(files),
                        new SudoRules(files),
                        new SshKeys(files),
                        new Ports(files),
                        new SystemdUnits(files),
                        new Containers(files),
                        new Backups(files),
                        new Packages(files)));
    }

    Inventory(Clock clock, List<Source> sources) {
        this.clock = clock;
        this.sources = sources;
    }

    /// A section as it is now.
    ///
    /// @param data  the JSON array of its rows
    /// @param told  how many rows that are
    /// @param total how many there are; more than told where one batch cannot take them all
    public record Section(String name, Instant observedAt, byte[] data, int told, int total) {
        public boolean truncated() {
            return told < total;
        }
    }

    private record Rows(byte[] data, int told) {}

    /// Every section that can be read.
    public List<Section> all() throws InterruptedException {
        return look(true);
    }

    /// Those that changed since they were told last; sources whose files were not touched are not read again.
    public List<Section> changed() throws InterruptedException {
        return look(false);
    }

    private List<Section> look(boolean everything) throws InterruptedException {
        var sections = new ArrayList<Section>();
        for (var source : sources) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            try {
                look(source, everything, sections);
            } catch (IOException | RuntimeException failed) {
                // one file in a form nobody thought of must not cost the other sections
                sayOnce(source.section(), Log.reason(failed));
            }
        }
        return sections;
    }

    private void look(Source source, boolean everything, List<Section> sections)
            throws IOException, InterruptedException {
        var name = source.section();
        var fingerprint = source.fingerprint();
        if (!everything && !fingerprint.isEmpty() && fingerprint.equals(fingerprints.get(name))) {
            return;
        }
        switch (source.look()) {
            case Finding.Rows(var rows) -> tell(name, rows, everything, sections);
            case Finding.Absent() -> {
                // what was there and is gone is told once, as nothing
                if (told.containsKey(name)) {
                    tell(name, List.of(), everything, sections);
                }
            }
            case Finding.Unreadable(String why) -> {
                sayOnce(name, why);
                return;
            }
        }
        unreadable.remove(name);
        fingerprints.put(name, fingerprint);
    }

    private void tell(String name, List<? extends Row> rows, boolean everything, List<Section> sections) {
        var fitting = fitting(name, rows);
        var hash = sha256(fitting.data());
        if (everything || !Arrays.equals(hash, told.get(name))) {
            told.put(name, hash);
            sections.add(new Section(name, clock.instant(), fitting.data(), fitting.told(), rows.size()));
        }
    }

    private Rows fitting(String name, List<? extends Row> rows) {
        var data = json(rows);
        if (data.length <= MAX_SECTION_BYTES) {
            return new Rows(data, rows.size());
        }
        var count = (int) (rows.size() * (long) MAX_SECTION_BYTES / data.length);
        data = json(rows.subList(0, count));
        while (data.length > MAX_SECTION_BYTES) {
            count = count * 9 / 10;
            data = json(rows.subList(0, count));
        }
        sayOnce(name, "too large for one batch: only the first %d of %d rows are told".formatted(count, rows.size()));
        return new Rows(data, count);
    }

    private static byte[] json(List<? extends Row> rows) {
        return Json.bytes(out -> {
            out.writeStartArray();
            for (var row : rows) {
                Json.write(out, row.fields());
            }
            out.writeEndArray();
        });
    }

    private void sayOnce(String section, String why) {
        if (!why.equals(unreadable.put(section, why))) {
            Log.warn("inventory section %s: %s".formatted(section, why));
        }
    }

    private static byte[] sha256(byte[] data) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(data);
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
