package io.wardroom.purple.intel;

import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.wardroom.common.audit.Caller;
import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.security.Actor;
import io.wardroom.purple.Texts;
import io.wardroom.purple.intel.IntelRepository.About;
import io.wardroom.purple.intel.IntelRepository.Filter;
import io.wardroom.purple.intel.IntelRepository.Item;
import io.wardroom.purple.intel.RunIntelScan.FeedResult;
import io.wardroom.purple.intel.RunIntelScan.Outcome;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api/v1/system")
class IntelController {
    private static final Duration SOON = Duration.ofSeconds(30);

    private final IntelScan scan;
    private final IntelRepository repository;

    IntelController(IntelScan scan, IntelRepository repository) {
        this.scan = scan;
        this.repository = repository;
    }

    /// @param read         how many entries the feed has
    /// @param matched      how many of them are about techniques
    /// @param updatedItems how many known ones say something else, or are about further techniques
    /// @param detail       why nothing of it was recorded; null where it was
    record FeedView(
            String feed,
            String source,
            int read,
            int matched,
            int newItems,
            int updatedItems,
            @Nullable String detail) {
        static FeedView of(FeedResult result) {
            return new FeedView(
                    result.feed(),
                    result.source(),
                    result.read(),
                    result.met(),
                    result.added(),
                    result.changed(),
                    result.trouble());
        }
    }

    /// @param mapping where CTID's mapping came from, or why it was done without
    record ScanView(String message, int newItems, String mapping, List<FeedView> feeds) {}

    @Operation(
            summary = "Looks through the feeds for what is about techniques, and keeps what is new",
            description = "CISA's known exploited vulnerabilities and the configured feeds. What was kept is told by"
                    + " `GET /system/intel-items`.")
    @PostMapping("/run-intel-scan")
    @PreAuthorize("hasRole('admin')")
    ScanView run(Actor actor, Caller caller) {
        return switch (scan.run(new RunIntelScan(actor, caller))) {
            case Outcome.Done done ->
                new ScanView(
                        done.feeds().stream().allMatch(feed -> feed.trouble() == null)
                                ? "Intel scan completed"
                                : "Intel scan completed; some feeds could not be read",
                        done.added(),
                        done.mapping(),
                        done.feeds().stream().map(FeedView::of).toList());
            case Outcome.Broken(var why) -> throw IntelProblem.FEED_BROKEN.because(why);
            case Outcome.Away(var why) ->
                throw CommonProblem.UNAVAILABLE.because(why).retryAfter(SOON);
            case Outcome.NoFeeds() -> throw CommonProblem.BUSINESS_RULE.because("no feed is configured");
            case Outcome.Busy() -> throw CommonProblem.CONFLICT.because("another scan is under way");
        };
    }

    /// @param rules how it is known: `exploitation_technique`, `primary_impact`, `secondary_impact` (CTID's mapping),
    ///     `attack` (ATT&CK's text names the vulnerability), `named` (the entry names the technique)
    record TechniqueView(String mitreId, String name, List<String> rules) {
        static TechniqueView of(About about) {
            return new TechniqueView(about.mitreId(), about.name(), about.rules());
        }
    }

    record ItemView(
            UUID id,
            String feed,
            String externalId,
            String title,
            String summary,
            @Nullable String url,
            @Nullable Instant publishedAt,
            Map<String, String> details,
            Instant recordedAt,
            List<TechniqueView> techniques) {
        static ItemView of(Item item) {
            return new ItemView(
                    item.id(),
                    item.feed(),
                    item.externalId(),
                    item.title(),
                    item.summary(),
                    item.url(),
                    item.published(),
                    item.details(),
                    item.recorded(),
                    item.techniques().stream().map(TechniqueView::of).toList());
        }
    }

    record ItemPage(List<ItemView> items, long total, int offset, int limit) {}

    @Operation(summary = "Lists what feeds told about techniques, the newest first")
    @GetMapping("/intel-items")
    ItemPage list(
            @RequestParam(required = false) @Size(max = 64) @Pattern(regexp = Texts.STORABLE) @Nullable String feed,
            @Parameter(description = "a technique's public id")
                    @RequestParam(required = false)
                    @Size(max = 64)
                    @Pattern(regexp = Texts.STORABLE)
                    @Nullable
                    String technique,
            @RequestParam(required = false) @Size(max = 200) @Pattern(regexp = Texts.STORABLE) @Nullable String search,
            @RequestParam(defaultValue = "0") @Min(0) int offset,
            @RequestParam(defaultValue = "50") @Min(1) @Max(200) int limit) {
        var page = repository.list(new Filter(feed, technique, search), offset, limit);
        return new ItemPage(page.items().stream().map(ItemView::of).toList(), page.total(), offset, limit);
    }
}
