package io.wardroom.fleet.governance;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.FieldFault;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import io.wardroom.fleet.Texts;
import io.wardroom.fleet.agent.EditAgent;
import io.wardroom.fleet.governance.BulkWish.Work;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/agents/bulk")
class BulkController {
    private final Bulk bulk;

    BulkController(Bulk bulk) {
        this.bulk = bulk;
    }

    /// @param tags       for `add_tags` and `remove_tags`
    /// @param labels     for `set_labels`: set beside those an agent has; a null removes one
    /// @param governance for `set_governance`: the fields that are given; the others stay
    record BulkForm(
            @NotNull @Size(min = 1, max = 200) @Nullable List<@NotNull @Size(max = 64) String> ids,

            @NotNull
            @Pattern(
                    regexp = "add_tags|remove_tags|set_labels|set_governance|delete",
                    message = "must be add_tags, remove_tags, set_labels, set_governance or delete")
            @Nullable
            String action,

            @Size(min = 1, max = EditAgent.MOST_TAGS) @Nullable
            List<@NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String> tags,

            @Size(min = 1, max = EditAgent.MOST_LABELS) @Nullable
            Map<
                            @NotBlank @Size(max = 64) @Pattern(regexp = Texts.STORABLE) String,
                            @Nullable @Size(max = 256) @Pattern(regexp = Texts.STORABLE) String>
                    labels,

            @Valid @Nullable GovernanceForm governance) {
        Work work() {
            var faults = new ArrayList<FieldFault>();
            var wanted = String.valueOf(action);
            check(faults, "tags", tags, wanted.endsWith("_tags"));
            check(faults, "labels", labels, wanted.equals("set_labels"));
            check(faults, "governance", governance, wanted.equals("set_governance"));
            if (!faults.isEmpty()) {
                throw ProblemException.invalid(faults.toArray(FieldFault[]::new));
            }
            return switch (wanted) {
                case "add_tags" -> new Work.AddTags(Objects.requireNonNull(tags));
                case "remove_tags" -> new Work.RemoveTags(Objects.requireNonNull(tags));
                case "set_labels" -> new Work.SetLabels(Objects.requireNonNull(labels));
                case "set_governance" ->
                    new Work.SetGovernance(Objects.requireNonNull(governance).governance());
                default -> new Work.Delete();
            };
        }

        private void check(List<FieldFault> faults, String field, @Nullable Object value, boolean wanted) {
            if (wanted && value == null) {
                faults.add(new FieldFault(field, "is needed for " + action));
            } else if (!wanted && value != null) {
                faults.add(new FieldFault(field, "has no meaning for " + action));
            }
        }
    }

    /// @param status as if it had been asked for alone
    record ResultView(
            String id,
            int status,
            @Nullable String code,
            @Nullable String detail) {
        static ResultView of(BulkWish.Item item) {
            var problem =
                    switch (item.result()) {
                        case DONE -> null;
                        case NO_ID, TOO_MANY -> CommonProblem.VALIDATION_ERROR;
                        case NO_SUCH_AGENT -> CommonProblem.NOT_FOUND;
                        case AWAY -> CommonProblem.UNAVAILABLE;
                        case FAILED -> CommonProblem.INTERNAL_ERROR;
                    };
            return problem == null
                    ? new ResultView(item.id(), HttpStatus.OK.value(), null, null)
                    : new ResultView(item.id(), problem.status().value(), problem.code(), item.detail());
        }
    }

    record BulkView(List<ResultView> results) {}

    @Operation(
            summary = "Does one thing to up to 200 agents",
            description = "Each is done or refused by itself: `results` has one entry for each different id, in order.")
    @PostMapping
    @PreAuthorize("hasRole('admin')")
    BulkView doAll(@Valid @RequestBody BulkForm form, Actor actor, Caller caller) {
        var wish = new BulkWish(actor, caller, Objects.requireNonNull(form.ids()), form.work());
        return new BulkView(bulk.doAll(wish).stream().map(ResultView::of).toList());
    }
}
