package io.wardroom.purple.catalogue;

import io.wardroom.common.audit.Caller;
import io.wardroom.purple.catalogue.SyncCatalogue.Outcome;
import io.wardroom.purple.schedule.ClusteredJob;
import io.wardroom.purple.schedule.ClusteredJob.Ran;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/// Brings the catalogue in at a first start, in the background, and up to date by the clock.
@Component
class CatalogueJobs {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogueJobs.class);

    private final CatalogueSync sync;
    private final CatalogueRepository repository;
    private final CatalogueProperties settings;

    CatalogueJobs(CatalogueSync sync, CatalogueRepository repository, CatalogueProperties settings) {
        this.sync = sync;
        this.repository = repository;
        this.settings = settings;
    }

    @EventListener(ApplicationReadyEvent.class)
    void firstStart() {
        if (settings.atStart()) {
            Thread.ofVirtual().name("catalogue-first-start").start(this::loadUnlessLoaded);
        }
    }

    private void loadUnlessLoaded() {
        try {
            for (var attempt = 1; attempt <= settings.tries() && isMissing(); attempt++) {
                var outcome = sync.sync(new SyncCatalogue(null, Caller.NOBODY, null, false));
                if (!(outcome instanceof Outcome.Away || outcome instanceof Outcome.Busy)) {
                    break;
                }
                Thread.sleep(pauseAfter(attempt));
            }
            if (isMissing()) {
                LOG.warn(
                        "there is no ATT&CK catalogue yet: put enterprise-attack.json into a folder and start with"
                                + " --import DIR (WARDROOM_IMPORT_DIR), or let {} be reached; then POST"
                                + " /api/v1/system/sync-mitre. Everything else works",
                        settings.address());
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException failed) {
            LOG.warn("the catalogue was not loaded at the start", failed);
        }
    }

    private boolean isMissing() {
        return repository.current().isEmpty();
    }

    private Duration pauseAfter(int attempt) {
        return settings.pause().multipliedBy(attempt);
    }

    Ran byTheClock() {
        return switch (sync.sync(new SyncCatalogue(null, Caller.NOBODY, null, false))) {
            case Outcome.Done(var now, var _, var changes, var _, var _) ->
                new Ran.Succeeded("%s was read: %d new, %d updated"
                        .formatted(now.version(), changes.fresh().size(), changes.updated()));
            case Outcome.Unchanged(var now) -> new Ran.Succeeded("%s is the newest".formatted(now.version()));
            case Outcome.Held(var version) ->
                new Ran.Succeeded("%s was taken back and is left alone".formatted(version));
            case Outcome.Broken(var why) -> new Ran.Failed(why);
            case Outcome.Missing(var why) -> new Ran.Failed(why);
            case Outcome.Away(var why) -> new Ran.Failed(why);
            case Outcome.Busy() -> new Ran.Failed("another sync was under way");
        };
    }

    @Configuration(proxyBeanMethods = false)
    static class Declared {
        @Bean
        ClusteredJob mitreSyncJob(CatalogueJobs jobs, CatalogueProperties settings) {
            return new ClusteredJob(
                    "mitre_sync",
                    "MITRE ATT&CK Sync",
                    settings.atStart() ? settings.syncCron() : Scheduled.CRON_DISABLED,
                    Duration.ofMinutes(10),
                    jobs::byTheClock);
        }
    }
}
