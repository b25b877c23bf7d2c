package io.wardroom.purple.catalogue;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.purple.catalogue.CatalogueDiff.Changes;
import io.wardroom.purple.catalogue.CatalogueDiff.Ended;
import io.wardroom.purple.catalogue.CatalogueDiff.Fresh;
import io.wardroom.purple.catalogue.CatalogueDiff.Moved;
import io.wardroom.purple.catalogue.CatalogueDiff.Renamed;
import io.wardroom.purple.catalogue.SyncCatalogue.Outcome;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/system")
class CatalogueController {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final CatalogueSync sync;
    private final CatalogueRepository repository;

    CatalogueController(CatalogueSync sync, CatalogueRepository repository) {
        this.sync = sync;
        this.repository = repository;
    }

    record ChangesView(
            @JsonProperty("new") List<Fresh> fresh,
            List<Renamed> renamed,
            List<Moved> moved,
            List<Ended> revoked,
            List<Ended> deprecated,
            List<Ended> gone) {
        static ChangesView of(Changes changes) {
            return new ChangesView(
                    changes.fresh(),
                    changes.renamed(),
                    changes.moved(),
                    changes.revoked(),
                    changes.deprecated(),
                    changes.vanished());
        }
    }

    /// @param fresh    how many techniques are new
    /// @param updated  of how many MITRE says something else
    /// @param touches  how much of the tenant's rests on techniques that are to be reviewed, by what it is
    /// @param remapped how many techniques that are no longer in use hand over to a successor
    record SyncView(
            String message,
            @JsonProperty("new") int fresh,
            int updated,
            boolean preview,
            String version,
            @Nullable String previousVersion,
            int remapped,
            Map<String, Long> touches,
            ChangesView changes) {}

    @Operation(
            summary = "Brings ATT&CK up to the import folder's bundle, or to what the configured address gives",
            description = "With `preview=true` it tells what would change, and changes nothing.")
    @PostMapping("/sync-mitre")
    @PreAuthorize("hasRole('admin')")
    SyncView sync(
            @RequestParam(defaultValue = "false") boolean preview,
            @Parameter(description = "a file below the import folder; without it, the newest there, else the address")
                    @RequestParam(required = false)
                    @Size(max = 500)
                    @Nullable
                    String source,
            Actor actor,
            Caller caller) {
        if (source != null && source.indexOf(0) >= 0) {
            throw ProblemException.invalid(new FieldFault("source", "must not contain NUL"));
        }
        return switch (sync.sync(new SyncCatalogue(actor, caller, source, preview))) {
            case Outcome.Done(var now, var before, var changes, var touches, var moves) ->
                new SyncView(
                        preview ? "MITRE sync previewed; nothing was changed" : "MITRE sync completed",
                        changes.fresh().size(),
                        changes.updated(),
                        preview,
                        now.version(),
                        before == null ? null : before.version(),
                        moves,
                        touches,
                        ChangesView.of(changes));
            case Outcome.Unchanged(var now) -> nothing("MITRE sync completed; nothing is new", preview, now.version());
            case Outcome.Held(var version) -> nothing("that version was taken back", preview, version);
            case Outcome.Broken(var why) -> throw CatalogueProblem.BUNDLE_BROKEN.because(why);
            case Outcome.Missing(var why) -> throw CatalogueProblem.BUNDLE_MISSING.because(why);
            case Outcome.Away(var why) ->
                throw CommonProblem.UNAVAILABLE.because(why).retryAfter(SOON);
            case Outcome.Busy() -> throw CommonProblem.CONFLICT.because("another sync is under way");
        };
    }

    private static SyncView nothing(String message, boolean preview, String version) {
        return new SyncView(message, 0, 0, preview, version, version, 0, Map.of(), ChangesView.of(Changes.NONE));
    }

    /// @param restored how many rows that the version had changed are as they were before it
    record RollBackView(String message, String fromVersion, String version, int restored) {}

    @Operation(summary = "Makes the version of ATT&CK before the current one current again, exactly as it was")
    @PostMapping("/sync-mitre/rollback")
    @PreAuthorize("hasRole('admin')")
    RollBackView rollBack(Actor actor, Caller caller) {
        return switch (sync.rollBack(actor, caller)) {
            case RollBack.Done(var from, var to, var restored) ->
                new RollBackView("MITRE catalogue rolled back", from.version(), to.version(), restored);
            case RollBack.NothingBefore() ->
                throw CommonProblem.CONFLICT.because("there is no version before the current one");
            case RollBack.Busy() -> throw CommonProblem.CONFLICT.because("a sync is under way");
        };
    }

    record VersionView(
            String name,
            String domain,
            String version,
            String stix,
            String source,
            String sha256,
            Map<String, Map<String, Integer>> counts,
            Instant importedAt,
            boolean current,
            boolean rolledBack) {
        static VersionView of(CatalogueVersion version, @Nullable CatalogueVersion current) {
            return new VersionView(
                    version.name(),
                    version.domain(),
                    version.version(),
                    version.stix(),
                    version.source(),
                    version.sha256(),
                    version.counts(),
                    version.importedAt(),
                    current != null && current.catalogue() == version.catalogue(),
                    version.rolledBack());
        }
    }

    /// @param loaded   whether there is a catalogue
    /// @param detail   what is missing and how to give it, or what went wrong last
    /// @param versions those that are kept, the newest first
    record CatalogueView(boolean loaded, String detail, List<VersionView> versions) {}

    @Operation(summary = "Tells which versions of ATT&CK are kept, and what is missing")
    @GetMapping("/catalogue")
    CatalogueView show() {
        var current = repository.current().orElse(null);
        var trouble = sync.trouble();
        var detail = current == null
                ? "there is no ATT&CK catalogue yet: put enterprise-attack.json into the import folder"
                        + " (--import DIR, WARDROOM_IMPORT_DIR) or let the hub reach MITRE's address, then POST"
                        + " /api/v1/system/sync-mitre"
                        + (trouble.isEmpty() ? "" : "; the last try: " + trouble)
                : trouble;
        return new CatalogueView(
                current != null,
                detail,
                repository.versions().stream()
                        .map(version -> VersionView.of(version, current))
                        .toList());
    }
}
