package io.wardroom.purple.intel;

import io.wardroom.common.audit.AuditTrail;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.audit.Deed;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import io.wardroom.purple.intel.IntelRepository.Merged;
import io.wardroom.purple.intel.IntelSource.Found;
import io.wardroom.purple.intel.RunIntelScan.FeedResult;
import io.wardroom.purple.intel.RunIntelScan.Outcome;
import io.wardroom.purple.schedule.ClusteredJob;
import io.wardroom.purple.schedule.ClusteredJob.Ran;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.stereotype.Service;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/// Looks through the feeds for what is about techniques and keeps each such entry once; one scan at a time, on
/// whichever replica. Of a feed that is broken nothing is kept; the others are read.
@Service
class IntelScan {
    private static final Logger LOG = LoggerFactory.getLogger(IntelScan.class);
    private static final String ACTION = "run_intel_scan";
    private static final String ENTITY = "intel_feed";
    private static final Duration LONGEST = Duration.ofMinutes(30);

    private final IntelSource sources;
    private final IntelRepository repository;
    private final IntelProperties settings;
    private final AuditTrail audit;
    private final LockProvider locks;
    private final TransactionTemplate transaction;
    private final Clock clock;

    IntelScan(
            IntelSource sources,
            IntelRepository repository,
            IntelProperties settings,
            AuditTrail audit,
            LockProvider locks,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.sources = sources;
        this.repository = repository;
        this.settings = settings;
        this.audit = audit;
        this.locks = locks;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    @Configuration(proxyBeanMethods = false)
    static class Declared {
        @Bean
        ClusteredJob intelScanJob(IntelScan scan, IntelProperties settings) {
            return new ClusteredJob(
                    "intel_scan", "Threat Intelligence Scan", settings.schedule(), LONGEST, scan::byTheClock);
        }
    }

    Ran byTheClock() {
        return switch (run(new RunIntelScan(null, Caller.NOBODY))) {
            case Outcome.Done done
            when done.feeds().stream().anyMatch(feed -> feed.trouble() != null) ->
                new Ran.Failed(done.feeds().stream()
                        .filter(feed -> feed.trouble() != null)
                        .map(feed -> feed.feed() + ": " + feed.trouble())
                        .collect(Collectors.joining("; ")));
            case Outcome.Done done -> new Ran.Succeeded("%d new".formatted(done.added()));
            case Outcome.Broken(var why) -> new Ran.Failed(why);
            case Outcome.Away(var why) -> new Ran.Failed(why);
            case Outcome.NoFeeds() -> new Ran.Succeeded("there are no feeds");
            case Outcome.Busy() -> new Ran.Failed("another scan was under way");
        };
    }

    Outcome run(RunIntelScan wish) {
        var outcome = alone(this::scan);
        var deed = wish.by() == null
                ? Deed.bySystem(TenantId.PLATFORM, ACTION, ENTITY, null)
                : Deed.by(wish.by(), ACTION, ENTITY, null);
        var told =
                switch (outcome) {
                    case Outcome.Done done ->
                        deed.with("new_items", done.added()).with("feeds", counts(done));
                    case Outcome.Broken(var why) -> deed.with("why", why).refused("FEED_BROKEN");
                    case Outcome.Away(var why) -> deed.with("why", why).refused("UNAVAILABLE");
                    case Outcome.NoFeeds() -> deed.refused("BUSINESS_RULE");
                    case Outcome.Busy() -> deed.refused("CONFLICT");
                };
        transaction.executeWithoutResult(_ -> audit.record(told, wish.caller()));
        return outcome;
    }

    private static Map<String, Object> counts(Outcome.Done done) {
        var counts = new TreeMap<String, Object>();
        done.feeds().forEach(feed -> {
            var trouble = feed.trouble();
            counts.put(feed.feed(), trouble == null ? feed.added() : trouble);
        });
        return counts;
    }

    private Outcome alone(Supplier<Outcome> work) {
        var lock = locks.lock(new LockConfiguration(clock.instant(), "intel-feeds", LONGEST, Duration.ZERO));
        if (lock.isEmpty()) {
            return new Outcome.Busy();
        }
        try {
            return work.get();
        } finally {
            lock.get().unlock();
        }
    }

    @FunctionalInterface
    private interface Form {
        List<Entry> read(InputStream file, int most) throws BrokenFeed, IOException;
    }

    @FunctionalInterface
    private interface Place {
        Found find() throws BrokenFeed, IOException;
    }

    private Outcome scan() {
        var known = new HashMap<String, Set<Meeting>>();
        var mapping = mapping(known);
        transaction.execute(_ -> repository.namedByAttack()).forEach((cve, meetings) -> known.computeIfAbsent(
                        cve, _ -> new LinkedHashSet<>())
                .addAll(meetings));
        var results = new ArrayList<FeedResult>();
        var troubles = new ArrayList<BrokenFeed>();
        try {
            var kev = sources.kev();
            if (kev.isPresent()) {
                results.add(read(IntelProperties.KEV, kev::get, KevFeed::read, known, troubles));
            }
        } catch (BrokenFeed | IOException failed) {
            results.add(failed(IntelProperties.KEV, failed, troubles));
        }
        new TreeMap<>(settings.feeds())
                .forEach((name, address) ->
                        results.add(read(name, () -> sources.at(address), NewsFeed::read, known, troubles)));
        if (results.isEmpty()) {
            return new Outcome.NoFeeds();
        }
        if (troubles.size() < results.size()) {
            return new Outcome.Done(List.copyOf(results), mapping);
        }
        var first = results.getFirst();
        var why = "%s: %s".formatted(first.feed(), first.trouble());
        return troubles.getFirst().isAway() ? new Outcome.Away(why) : new Outcome.Broken(why);
    }

    /// @return where it came from, or why it was done without
    private String mapping(Map<String, Set<Meeting>> known) {
        try {
            var found = sources.mapping();
            if (found.isEmpty()) {
                return "none is configured";
            }
            try (var file = found.get();
                    var bytes = file.open()) {
                known.putAll(Mapping.read(bytes, settings.most()));
                return file.name();
            }
        } catch (BrokenFeed failed) {
            LOG.warn("the mapping of vulnerabilities to techniques was not read: {}", failed.why());
            return "not read: " + failed.why();
        } catch (IOException failed) {
            LOG.warn("the mapping of vulnerabilities to techniques was not read: {}", failed.toString());
            return "not read: it cannot be unpacked or read to its end";
        }
    }

    private FeedResult read(
            String feed, Place place, Form form, Map<String, Set<Meeting>> known, List<BrokenFeed> troubles) {
        try (var file = place.find();
                var bytes = file.open()) {
            var entries = form.read(bytes, settings.most());
            var found = new LinkedHashMap<Entry, Set<Meeting>>();
            for (var entry : entries) {
                var meetings = meetings(entry, known);
                if (!meetings.isEmpty()) {
                    found.put(entry, meetings);
                }
            }
            var merged = kept(feed, found);
            return new FeedResult(
                    feed, file.name(), entries.size(), found.size(), merged.added(), merged.changed(), null);
        } catch (BrokenFeed | IOException failed) {
            return failed(feed, failed, troubles);
        }
    }

    private static Set<Meeting> meetings(Entry entry, Map<String, Set<Meeting>> known) {
        var meetings = new LinkedHashSet<Meeting>();
        entry.techniques().forEach(technique -> meetings.add(new Meeting(technique, Meeting.NAMED)));
        entry.cves().forEach(cve -> meetings.addAll(known.getOrDefault(cve, Set.of())));
        return meetings;
    }

    private Merged kept(String feed, Map<Entry, Set<Meeting>> found) {
        return TenantScope.everyTenant((Supplier<Merged>) () -> Objects.requireNonNull(transaction.execute(
                _ -> repository.merge(feed, found, clock.instant().truncatedTo(ChronoUnit.MICROS)))));
    }

    private static FeedResult failed(String feed, Exception failed, List<BrokenFeed> troubles) {
        var trouble = failed instanceof BrokenFeed broken
                ? broken
                : BrokenFeed.unreadable("it cannot be read to its end: " + failed.getMessage());
        LOG.atWarn().addKeyValue("feed", feed).log("nothing of a feed was recorded: {}", trouble.why());
        troubles.add(trouble);
        return new FeedResult(feed, "", 0, 0, 0, 0, trouble.why());
    }
}
