package io.wardroom.purple.template;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.security.Actor;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.purple.Texts;
import io.wardroom.purple.template.TemplateRepository.Filter;
import io.wardroom.purple.template.TemplateRepository.Stats;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/test-templates")
class TemplateController {
    private static final String MITRE_ID = "[A-Za-z][A-Za-z0-9]*([._-][A-Za-z0-9]+)*";
    private static final String SEVERITY = "low|medium|high|critical";
    private static final String SEVERITIES = "must be low, medium, high or critical";
    private static final String WEB = "https?://\\S+";

    private final Templates templates;

    TemplateController(Templates templates) {
        this.templates = templates;
    }

    /// @param platform     its platforms, joined by commas
    /// @param severity     of an imported one: high where it needs an administrator and leaves something behind,
    ///     medium where one of both, else low
    /// @param atomicTestId the collection's own id of it
    /// @param carriedFrom the technique its source names, where that was revoked for the one shown
    record TemplateView(
            UUID id,
            String mitreTechniqueId,
            @Nullable String carriedFrom,
            String name,
            String description,
            String source,
            @Nullable String sourceUrl,
            @Nullable String platform,
            List<String> platforms,
            String severity,
            @Nullable String toolSuggested,
            String attackProcedure,
            @Nullable String expectedDetection,
            @Nullable String suggestedRemediation,
            @Nullable String atomicTestId,
            boolean isActive,
            Instant createdAt) {
        static TemplateView of(Template template) {
            return new TemplateView(
                    template.id(),
                    template.mitreTechniqueId(),
                    template.carriedFrom(),
                    template.name(),
                    template.description(),
                    template.source(),
                    template.sourceUrl(),
                    template.platform(),
                    template.platforms(),
                    template.severity(),
                    template.toolSuggested(),
                    template.attackProcedure(),
                    template.expectedDetection(),
                    template.suggestedRemediation(),
                    template.atomicTestId(),
                    template.active(),
                    template.createdAt());
        }
    }

    record TemplatePage(List<TemplateView> items, long total, int offset, int limit) {}

    @Operation(summary = "Lists templates by technique and name")
    @GetMapping
    TemplatePage list(
            @RequestParam(required = false) @Size(max = 64) @Pattern(regexp = Texts.STORABLE) @Nullable String source,
            @RequestParam(required = false) @Size(max = 64) @Pattern(regexp = Texts.STORABLE) @Nullable String platform,
            @RequestParam(required = false) @Pattern(regexp = SEVERITY, message = SEVERITIES) @Nullable String severity,
            @Parameter(description = "a part of the name, the description or the technique's public id")
                    @RequestParam(required = false)
                    @Size(max = 200)
                    @Pattern(regexp = Texts.STORABLE)
                    @Nullable
                    String search,
            @RequestParam(name = "mitre_technique_id", required = false)
                    @Size(max = 32)
                    @Pattern(regexp = Texts.STORABLE)
                    @Nullable
                    String mitreTechniqueId,
            @RequestParam(name = "is_active", required = false) @Nullable Boolean isActive,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit,
            TenantId tenant) {
        var filter = new Filter(
                source,
                platform == null ? null : platform.strip().toLowerCase(Locale.ROOT),
                severity,
                mitreTechniqueId,
                isActive,
                search);
        var page = templates.list(tenant, filter, offset, limit);
        return new TemplatePage(page.items().stream().map(TemplateView::of).toList(), page.total(), offset, limit);
    }

    @Operation(summary = "Counts templates by source and platform; one of several platforms counts in each")
    @GetMapping("/stats")
    @PreAuthorize("hasRole('admin')")
    Stats stats(TenantId tenant) {
        return templates.stats(tenant);
    }

    /// @param platform one, or several joined by commas
    record CreateForm(
            @NotNull
            @Size(max = 32)
            @Pattern(regexp = MITRE_ID, message = "must be letters and digits, joined by single dots, dashes or _")
            @Nullable
            String mitreTechniqueId,

            @NotBlank @Size(max = 500) @Pattern(regexp = Texts.STORABLE) @Nullable
            String name,

            @Size(max = 20_000) @Pattern(regexp = Texts.STORABLE) @Nullable
            String description,

            @Size(max = 2_000)
            @Pattern(regexp = WEB, message = "must be a web address")
            @Pattern(regexp = Texts.STORABLE)
            @Nullable
            String sourceUrl,

            @Size(max = 500) @Pattern(regexp = Texts.STORABLE) @Nullable
            String platform,

            @Pattern(regexp = SEVERITY, message = SEVERITIES) @Nullable
            String severity,

            @Size(max = 500) @Pattern(regexp = Texts.STORABLE) @Nullable
            String toolSuggested,

            @Size(max = 50_000) @Pattern(regexp = Texts.STORABLE) @Nullable
            String attackProcedure,

            @Size(max = 20_000) @Pattern(regexp = Texts.STORABLE) @Nullable
            String expectedDetection,

            @Size(max = 20_000) @Pattern(regexp = Texts.STORABLE) @Nullable
            String suggestedRemediation,

            @Size(max = 100) @Pattern(regexp = Texts.STORABLE) @Nullable
            String atomicTestId) {}

    @Operation(summary = "Adds a template of the tenant's own")
    @PostMapping
    @PreAuthorize("hasRole('admin')")
    @ResponseStatus(HttpStatus.CREATED)
    TemplateView create(@Valid @RequestBody CreateForm form, Actor actor, Caller caller) {
        var wish = new CreateTemplate(
                actor,
                caller,
                Objects.requireNonNull(form.mitreTechniqueId()),
                Objects.requireNonNull(form.name()),
                Objects.requireNonNullElse(form.description(), ""),
                form.sourceUrl(),
                platforms(form.platform()),
                Objects.requireNonNullElse(form.severity(), Severity.MEDIUM.spelled()),
                form.toolSuggested(),
                Objects.requireNonNullElse(form.attackProcedure(), ""),
                form.expectedDetection(),
                form.suggestedRemediation(),
                form.atomicTestId());
        return switch (templates.create(wish)) {
            case CreateTemplate.Outcome.Created(var template) -> TemplateView.of(template);
            case CreateTemplate.Outcome.TooMany(var allowed) ->
                throw CommonProblem.BUSINESS_RULE.because("at most %d templates of your own".formatted(allowed));
        };
    }

    @Operation(summary = "Turns a template off or on again, for this tenant alone")
    @PostMapping("/{id}/toggle-active")
    @PreAuthorize("hasRole('admin')")
    TemplateView toggle(@PathVariable UUID id, Actor actor, Caller caller) {
        return templates
                .toggle(actor, caller, id)
                .map(TemplateView::of)
                .orElseThrow(() -> CommonProblem.NOT_FOUND.because("no template " + id));
    }

    private static List<String> platforms(@Nullable String joined) {
        return joined == null
                ? List.of()
                : Arrays.stream(joined.split(",", -1))
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .filter(name -> !name.isEmpty())
                        .distinct()
                        .toList();
    }
}
