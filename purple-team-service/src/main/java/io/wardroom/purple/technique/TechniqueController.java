package io.wardroom.purple.technique;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.media.Schema;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.Texts;
import io.wardroom.purple.technique.TechniqueRepository.Change;
import io.wardroom.purple.technique.TechniqueRepository.Filter;
import io.wardroom.purple.technique.UpdateTechnique.Verdict;
import io.wardroom.purple.technique.UpdateTechnique.Words;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;

@RestController
@RequestMapping("/api/v1/techniques")
class TechniqueController {
    private static final int MOST_TACTICS = 30;
    private static final String TACTICS =
            "\\s*[A-Za-z][A-Za-z0-9 _-]{0,63}(\\s*,\\s*[A-Za-z][A-Za-z0-9 _-]{0,63}){0,19}\\s*";
    private static final String MITRE_ID = "[A-Za-z][A-Za-z0-9]*([._-][A-Za-z0-9]+)*";

    private final Techniques techniques;
    private final ObjectProvider<TestsOfTechnique> tests;

    TechniqueController(Techniques techniques, ObjectProvider<TestsOfTechnique> tests) {
        this.techniques = techniques;
        this.tests = tests;
    }

    /// @param tactic       its tactics in matrix order, joined by commas
    /// @param statusGlobal the status that counts: an administrator's word, else what its tests say
    record TechniqueItem(
            UUID id,
            String mitreId,
            String name,
            String tactic,
            List<String> tactics,
            List<String> platforms,
            String statusGlobal,
            boolean reviewRequired,
            boolean isSubtechnique,
            boolean isCustom,
            boolean revoked,
            boolean deprecated) {
        static TechniqueItem of(Technique technique) {
            return new TechniqueItem(
                    technique.id(),
                    technique.mitreId(),
                    technique.name(),
                    String.join(",", technique.tactics()),
                    technique.tactics(),
                    technique.platforms(),
                    technique.status().spelled(),
                    technique.reviewRequired(),
                    technique.subtechnique(),
                    technique.own(),
                    technique.revoked(),
                    technique.deprecated());
        }
    }

    record OverrideView(String value, @Nullable String reason, String by, Instant at) {}

    /// Another technique that this one names.
    record Other(UUID id, String mitreId, String name) {
        static Other of(Technique technique) {
            return new Other(technique.id(), technique.mitreId(), technique.name());
        }
    }

    /// @param statusComputed what its tests alone say
    /// @param gone           the newest catalogue does not know it any more
    /// @param revokedBy      what takes its place
    /// @param history        its changes of status, the newest first
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record TechniqueView(
            UUID id,
            String mitreId,
            String name,
            String description,
            String tactic,
            List<String> tactics,
            List<String> platforms,
            String statusGlobal,
            String statusComputed,
            @Nullable OverrideView statusOverride,
            boolean reviewRequired,
            @Nullable String reviewedBy,
            @Nullable Instant reviewedAt,
            boolean isSubtechnique,
            @Nullable Other parent,
            boolean isCustom,
            boolean revoked,
            boolean deprecated,
            boolean gone,
            @Nullable Other revokedBy,
            @Nullable String url,
            @Nullable String mitreVersion,
            @Nullable Instant modified,
            List<Change> history,
            List<?> tests) {}

    @Operation(summary = "Lists all techniques, by their public id")
    @GetMapping
    List<TechniqueItem> list(
            @Parameter(description = "a tactic's short name; several, or joined by commas, match any of them")
                    @RequestParam(required = false)
                    @Size(max = MOST_TACTICS)
                    @Nullable
                    List<@Size(max = 64) String> tactic,
            @RequestParam(required = false) @Nullable String status,
            @RequestParam(name = "review_required", required = false) @Nullable Boolean reviewRequired,
            @RequestParam(required = false) @Size(max = 64) @Nullable String platform,
            @Parameter(description = "a part of the public id, the name or the description")
                    @RequestParam(required = false)
                    @Size(max = 200)
                    @Nullable
                    String search,
            TenantId tenant) {
        var filter = new Filter(
                tactic == null ? List.of() : shortnames("tactic", String.join(",", tactic)),
                status == null ? null : status("status", status),
                reviewRequired,
                platform == null ? null : storable("platform", platform).strip().toLowerCase(Locale.ROOT),
                search == null ? null : storable("search", search));
        return techniques.list(tenant, filter).stream().map(TechniqueItem::of).toList();
    }

    @Operation(summary = "Shows one technique with its tests")
    @GetMapping("/{mitre_id}")
    TechniqueView find(@PathVariable("mitre_id") String mitreId, TenantId tenant) {
        return techniques
                .find(tenant, storable("mitre_id", mitreId))
                .map(technique -> view(tenant, technique))
                .orElseThrow(() -> unknown(mitreId));
    }

    record CreateForm(
            @NotNull
            @Size(max = 32)
            @Pattern(regexp = MITRE_ID, message = "must be letters and digits, joined by single dots, dashes or _")
            @Nullable
            String mitreId,

            @NotBlank @Size(max = 500) @Pattern(regexp = Texts.STORABLE) @Nullable
            String name,

            @Size(max = 20_000) @Pattern(regexp = Texts.STORABLE) @Nullable
            String description,

            @NotNull
            @Size(max = 1_000)
            @Pattern(regexp = TACTICS, message = "must be short names of tactics, joined by commas")
            @Nullable
            String tactic,

            @Size(max = 20) @Nullable
            List<@NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String> platforms) {}

    @Operation(summary = "Adds a technique of the tenant's own")
    @PostMapping
    @PreAuthorize("hasRole('admin')")
    @ResponseStatus(HttpStatus.CREATED)
    TechniqueView create(@Valid @RequestBody CreateForm form, Actor actor, Caller caller) {
        var platforms = form.platforms();
        var wish = new CreateTechnique(
                actor,
                caller,
                Objects.requireNonNull(form.mitreId()),
                Objects.requireNonNull(form.name()),
                Objects.requireNonNullElse(form.description(), ""),
                shortnames("tactic", Objects.requireNonNull(form.tactic())),
                platforms == null ? List.of() : normalised(platforms));
        return switch (techniques.create(wish)) {
            case CreateTechnique.Outcome.Created(var technique) -> view(actor.tenant(), technique);
            case CreateTechnique.Outcome.Known() ->
                throw CommonProblem.CONFLICT.because("there is a technique " + wish.mitreId() + " already");
            case CreateTechnique.Outcome.NoSuchTactic(var tactic) -> throw noTactic(tactic);
            case CreateTechnique.Outcome.TooMany(var allowed) ->
                throw CommonProblem.BUSINESS_RULE.because("at most %d techniques of your own".formatted(allowed));
        };
    }

    /// @param statusGlobal an override that stands until it is set to null
    /// @param reason       why the status is overridden
    record UpdateForm(
            @Size(min = 1, max = 500)
            @Pattern(regexp = "(?s).*\\S.*", message = "must not be blank")
            @Pattern(regexp = Texts.STORABLE)
            @Nullable
            String name,

            @Size(max = 20_000) @Pattern(regexp = Texts.STORABLE) @Nullable
            String description,

            @Size(max = 1_000)
            @Pattern(regexp = TACTICS, message = "must be short names of tactics, joined by commas")
            @Nullable
            String tactic,

            @Size(max = 20) @Nullable
            List<@NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String> platforms,

            @Schema(
                    type = "string",
                    nullable = true,
                    allowableValues = {"not_evaluated", "in_progress", "validated", "partial", "not_covered"})
            @Nullable
            JsonNode statusGlobal,

            @Size(max = 2_000) @Pattern(regexp = Texts.STORABLE) @Nullable
            String reason) {
        // a null takes the override away, nothing said leaves it: only the node tells the two apart
        Verdict verdict() {
            if (statusGlobal == null) {
                if (reason != null) {
                    throw ProblemException.invalid(new FieldFault("reason", "has no meaning without status_global"));
                }
                return new Verdict.Unsaid();
            }
            if (statusGlobal.isNull()) {
                return new Verdict.ByTests();
            }
            return new Verdict.Override(
                    status("status_global", statusGlobal.isString() ? statusGlobal.stringValue() : ""), reason);
        }

        Words words() {
            return new Words(
                    name,
                    description,
                    tactic == null ? null : shortnames("tactic", tactic),
                    platforms == null ? null : normalised(platforms));
        }
    }

    @Operation(
            summary = "Describes a technique otherwise, or sets its status above what its tests say",
            description =
                    "What is laid over a technique of the catalogue is the tenant's own and outlives its versions."
                            + " `status_global` stands until it is set to null.")
    @PatchMapping("/{mitre_id}")
    @PreAuthorize("hasRole('admin')")
    TechniqueView update(
            @PathVariable("mitre_id") String mitreId, @Valid @RequestBody UpdateForm form, Actor actor, Caller caller) {
        var wish = new UpdateTechnique(actor, caller, storable("mitre_id", mitreId), form.words(), form.verdict());
        return switch (techniques.update(wish)) {
            case UpdateTechnique.Outcome.Updated(var technique) -> view(actor.tenant(), technique);
            case UpdateTechnique.Outcome.NoSuchTechnique() -> throw unknown(mitreId);
            case UpdateTechnique.Outcome.NoSuchTactic(var tactic) -> throw noTactic(tactic);
        };
    }

    @Operation(summary = "Marks what changed of a technique as reviewed")
    @PatchMapping("/{mitre_id}/review")
    @PreAuthorize("hasAnyRole('red_lead', 'blue_lead')")
    TechniqueView review(@PathVariable("mitre_id") String mitreId, Actor actor, Caller caller) {
        return techniques
                .review(actor, caller, storable("mitre_id", mitreId))
                .map(technique -> view(actor.tenant(), technique))
                .orElseThrow(() -> unknown(mitreId));
    }

    private TechniqueView view(TenantId tenant, Technique technique) {
        var override = technique.override();
        var review = technique.review();
        return new TechniqueView(
                technique.id(),
                technique.mitreId(),
                technique.name(),
                technique.description(),
                String.join(",", technique.tactics()),
                technique.tactics(),
                technique.platforms(),
                technique.status().spelled(),
                technique.computed().spelled(),
                override == null
                        ? null
                        : new OverrideView(override.value().spelled(), override.reason(), override.by(), override.at()),
                technique.reviewRequired(),
                review == null ? null : review.by(),
                review == null ? null : review.at(),
                technique.subtechnique(),
                other(tenant, technique.parentId()),
                technique.own(),
                technique.revoked(),
                technique.deprecated(),
                technique.gone(),
                other(tenant, technique.successorId()),
                technique.url(),
                technique.version(),
                technique.modified(),
                techniques.changes(tenant, technique.id()),
                tests.orderedStream()
                        .flatMap(source -> source.of(tenant, technique.id()).stream())
                        .toList());
    }

    private @Nullable Other other(TenantId tenant, @Nullable UUID id) {
        return id == null ? null : techniques.find(tenant, id).map(Other::of).orElse(null);
    }

    private static ProblemException unknown(String mitreId) {
        return CommonProblem.NOT_FOUND.because("no technique " + mitreId);
    }

    private static ProblemException noTactic(String tactic) {
        return ProblemException.invalid(new FieldFault("tactic", "the catalogue has no tactic " + tactic));
    }

    private static TechniqueStatus status(String field, String spelled) {
        return TechniqueStatus.of(spelled)
                .orElseThrow(() -> ProblemException.invalid(new FieldFault(
                        field, "must be not_evaluated, in_progress, validated, partial or not_covered")));
    }

    private static List<String> shortnames(String field, String joined) {
        return TechniquesInUse.shortnames(storable(field, joined));
    }

    private static List<String> normalised(List<String> platforms) {
        return platforms.stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
    }

    private static String storable(String field, String text) {
        if (text.indexOf(0) >= 0) {
            throw ProblemException.invalid(new FieldFault(field, "must not contain NUL"));
        }
        return text;
    }
}
