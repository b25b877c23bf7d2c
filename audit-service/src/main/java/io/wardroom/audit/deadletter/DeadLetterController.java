package io.wardroom.audit.deadletter;

import io.swagger.v3.oas.annotations.Operation;
import io.wardroom.audit.deadletter.DeadLetterRepository.Filter;
import io.wardroom.audit.deadletter.ReplayDeadLetter.Outcome;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.common.security.Actor;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/dead-letters")
@PreAuthorize("hasRole('platform_admin')")
class DeadLetterController {
    private static final int LONGEST_HEADER = 500;
    private static final int MOST_HEADERS = 50;

    private final DeadLetters letters;

    DeadLetterController(DeadLetters letters) {
        this.letters = letters;
    }

    /// @param partition      on `topic`, as is `offset`; null where its consumer did not tell
    /// @param headers        those the record came with, cut
    /// @param exceptionClass what its consumer failed with
    /// @param state          `waiting`, `replaying` or `replayed`
    /// @param replayOf       the dead letter it was sent again from, if it failed before
    /// @param sentAt         when its topic had it again
    record DeadLetterView(
            UUID id,
            UUID tenantId,
            String topic,
            @Nullable Integer partition,
            @Nullable Long offset,
            @Nullable String key,
            @Nullable String eventId,
            @Nullable String eventType,
            Instant deadAt,
            @Nullable String consumerGroup,
            @Nullable String exceptionClass,
            @Nullable String exceptionMessage,
            Map<String, String> headers,
            int valueBytes,
            String state,
            @Nullable UUID replayOf,
            @Nullable Instant replayedAt,
            @Nullable String replayedBy,
            @Nullable Instant sentAt) {
        static DeadLetterView of(DeadLetter letter) {
            return new DeadLetterView(
                    letter.id(),
                    letter.tenant().value(),
                    letter.topic(),
                    letter.partition(),
                    letter.offset(),
                    letter.key(),
                    letter.eventId(),
                    letter.eventType(),
                    letter.deadAt(),
                    letter.consumerGroup(),
                    letter.exceptionClass(),
                    letter.exceptionMessage(),
                    headers(letter),
                    letter.valueBytes(),
                    letter.state().spelled(),
                    letter.replayOf(),
                    letter.replayedAt(),
                    letter.replayedBy(),
                    letter.sentAt());
        }

        private static Map<String, String> headers(DeadLetter letter) {
            var shown = new LinkedHashMap<String, String>();
            letter.headers().stream().limit(MOST_HEADERS).forEach(header -> {
                var value = header.value();
                shown.put(
                        RecordReader.shown(header.name(), LONGEST_HEADER),
                        value == null
                                ? ""
                                : RecordReader.shown(new String(value, StandardCharsets.UTF_8), LONGEST_HEADER));
            });
            return shown;
        }
    }

    /// @param nextCursor what to ask for as `cursor` to go on behind this page; null at the end
    record DeadLetterPage(
            List<DeadLetterView> items,
            long total,
            int offset,
            int limit,
            @Nullable UUID nextCursor) {}

    @Operation(
            summary = "Lists records that could not be worked off, newest first",
            description = "What a record held is not shown: it is its tenant's. A replay sends it back as it was.")
    @GetMapping
    DeadLetterPage list(
            @RequestParam(required = false) @Size(max = 250) @Nullable String topic,
            @RequestParam(name = "tenant_id", required = false) @Nullable UUID tenantId,
            @RequestParam(required = false) @Size(max = 250) @Nullable String key,
            @RequestParam(name = "event_type", required = false) @Size(max = 250) @Nullable String eventType,
            @RequestParam(name = "exception_class", required = false) @Size(max = 250) @Nullable String exceptionClass,
            @RequestParam(required = false) @Pattern(regexp = "waiting|replaying|replayed") @Nullable String state,
            @RequestParam(required = false) @Nullable UUID cursor,
            @RequestParam(defaultValue = "0") @Min(0) @Max(1_000_000) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit) {
        var filter = new Filter(
                tenantId,
                storable("topic", topic),
                storable("key", key),
                storable("event_type", eventType),
                storable("exception_class", exceptionClass),
                state,
                cursor);
        var page = letters.list(filter, offset, limit);
        var items = page.items().stream().map(DeadLetterView::of).toList();
        return new DeadLetterPage(
                items,
                page.total(),
                offset,
                limit,
                items.size() == limit ? items.getLast().id() : null);
    }

    @Operation(
            summary = "Sends a record back to the topic it failed on, once",
            description = "It goes as it came, with the event's own id. One that fails again is another dead letter.")
    @PostMapping("/{id}/replay")
    @ResponseStatus(HttpStatus.ACCEPTED)
    DeadLetterView replay(@PathVariable UUID id, Actor actor, Caller caller) {
        return switch (letters.replay(new ReplayDeadLetter(id, actor, caller))) {
            case Outcome.Taken(var letter) -> DeadLetterView.of(letter);
            case Outcome.NoSuchLetter _ -> throw CommonProblem.NOT_FOUND.because("no dead letter " + id);
            case Outcome.ReplayedBefore(var letter) ->
                throw CommonProblem.CONFLICT.because(
                        "replayed by %s at %s".formatted(letter.replayedBy(), letter.replayedAt()));
        };
    }

    private static @Nullable String storable(String field, @Nullable String text) {
        if (text != null && (text.indexOf(0) >= 0 || text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF))) {
            throw ProblemException.invalid(field, "must not contain NUL or half a character");
        }
        return text;
    }
}
