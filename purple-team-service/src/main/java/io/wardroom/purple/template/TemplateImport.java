package io.wardroom.purple.template;

import io.wardroom.purple.schedule.ClusteredJob;
import io.wardroom.purple.schedule.ClusteredJob.Ran;
import io.wardroom.purple.template.TemplateRepository.Merged;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.io.input.BoundedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.yaml.snakeyaml.error.YAMLException;

/// Reads the public collections into templates: from the import folder where it holds them, else from their addresses.
/// A template is known again by its collection's own id of it, so reading twice changes nothing.
@Component
public class TemplateImport {
    private static final Logger LOG = LoggerFactory.getLogger(TemplateImport.class);
    private static final String LOCK = "template-import";
    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(20);

    private final TemplateRepository repository;
    private final TemplateProperties properties;
    private final LockProvider locks;
    private final TransactionTemplate transaction;
    private final Clock clock;

    TemplateImport(
            TemplateRepository repository,
            TemplateProperties properties,
            LockProvider locks,
            PlatformTransactionManager transactions,
            Clock clock) {
        this.repository = repository;
        this.properties = properties;
        this.locks = locks;
        this.transaction = new TransactionTemplate(transactions);
        this.clock = clock;
    }

    /// What came of reading one collection.
    ///
    /// @param skipped documents that could not be read
    /// @param gone    known ones that the collection does not have any more
    public record Result(String source, int read, int added, int changed, int gone, int skipped) {}

    @EventListener(ApplicationReadyEvent.class)
    void atStart() {
        if (properties.atStart()) {
            Thread.ofVirtual().name(LOCK).start(this::fill);
        }
    }

    /// Reads what is missing.
    private void fill() {
        for (var collection : Collection.values()) {
            if (repository.countOf(collection.spelled()) == 0) {
                quietly(collection);
            }
        }
    }

    Ran again() {
        var failed = new ArrayList<String>();
        for (var collection : Collection.values()) {
            if (!quietly(collection)) {
                failed.add(collection.spelled());
            }
        }
        return failed.isEmpty()
                ? new Ran.Succeeded("the collections were read")
                : new Ran.Failed("not read: " + String.join(", ", failed));
    }

    /// @return false where it failed
    private boolean quietly(Collection collection) {
        try {
            read(collection)
                    .ifPresentOrElse(
                            result -> LOG.info("templates read: {}", result),
                            () -> LOG.info(
                                    "no templates of {}: put {} into the import folder or set its address",
                                    collection.spelled(),
                                    collection.archive()));
            return true;
        } catch (IOException | RuntimeException failed) {
            LOG.warn("templates of {} were not read: {}", collection.spelled(), failed.toString());
            return false;
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Declared {
        @Bean
        ClusteredJob templateImportJob(TemplateImport templates, TemplateProperties properties) {
            return new ClusteredJob(
                    "template_import",
                    "Test Template Import",
                    properties.atStart() ? properties.every() : Scheduled.CRON_DISABLED,
                    LONGEST,
                    templates::again);
        }
    }

    /// Reads one collection, on one replica at a time.
    ///
    /// @return nothing where there is nothing to read, or another replica reads
    Optional<Result> read(Collection collection) throws IOException {
        var lock = locks.lock(
                new LockConfiguration(clock.instant(), LOCK + "-" + collection.spelled(), LONGEST, Duration.ZERO));
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try {
            var file = inFolder(collection);
            if (file.isPresent()) {
                try (var bytes = Files.newInputStream(file.get())) {
                    return Optional.of(read(collection, bytes));
                }
            }
            var address = collection == Collection.CALDERA ? properties.calderaAddress() : properties.atomicAddress();
            if (address.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(fetched(collection, URI.create(address)));
        } finally {
            lock.get().unlock();
        }
    }

    private Optional<Path> inFolder(Collection collection) throws IOException {
        if (properties.importDir().isBlank() || !Files.isDirectory(Path.of(properties.importDir()))) {
            return Optional.empty();
        }
        try (var files = Files.find(
                Path.of(properties.importDir()),
                2,
                (path, facts) ->
                        facts.isRegularFile() && path.getFileName().toString().equals(collection.archive()))) {
            return files.sorted().findFirst();
        }
    }

    private Result fetched(Collection collection, URI address) throws IOException {
        if (!"https".equals(address.getScheme())) {
            throw new IOException("an address must be https: " + address);
        }
        var archive = Files.createTempFile("templates", ".tar.gz");
        try (var http = HttpClient.newBuilder()
                .followRedirects(Redirect.NORMAL)
                .connectTimeout(CONNECTING)
                .build()) {
            var answer = http.sendAsync(
                            HttpRequest.newBuilder(address).build(),
                            BodyHandlers.limiting(BodyHandlers.ofFile(archive), properties.mostBytes()))
                    .orTimeout(properties.timeout().toSeconds(), TimeUnit.SECONDS)
                    .whenComplete((_, failure) -> {
                        if (failure != null) {
                            http.shutdownNow();
                        }
                    })
                    .join();
            if (answer.statusCode() != 200) {
                throw new IOException("%s answered %d".formatted(address, answer.statusCode()));
            }
            try (var bytes = Files.newInputStream(archive)) {
                return read(collection, bytes);
            }
        } catch (CompletionException failed) {
            throw new IOException("%s cannot be fetched".formatted(address), failed.getCause());
        } finally {
            Files.delete(archive);
        }
    }

    private Result read(Collection collection, InputStream archive) throws IOException {
        var documents = new Documents(properties.mostBytesOfOne());
        var gathered = new LinkedHashMap<String, Gathered>();
        var skipped = 0;
        var unpacked = BoundedInputStream.builder()
                .setInputStream(new GZIPInputStream(new BufferedInputStream(archive)))
                .setMaxCount(properties.mostBytes())
                .get();
        try (var tar = new TarArchiveInputStream(unpacked)) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                if (!entry.isFile() || !collection.has(entry.getName())) {
                    continue;
                }
                if (entry.getSize() > properties.mostBytesOfOne()) {
                    skipped++;
                    continue;
                }
                skipped += keep(documents, collection, entry.getName(), tar.readAllBytes(), gathered);
                if (gathered.size() > properties.most()) {
                    throw new IOException("more than %d templates".formatted(properties.most()));
                }
            }
        }
        if (gathered.isEmpty()) {
            throw new IOException("the archive holds no document of " + collection.spelled());
        }
        return kept(collection, List.copyOf(gathered.values()), skipped);
    }

    /// @return how many documents could not be read: none or this one
    private static int keep(
            Documents documents, Collection collection, String path, byte[] bytes, Map<String, Gathered> gathered) {
        try {
            documents
                    .read(collection, path, new String(bytes, StandardCharsets.UTF_8))
                    .forEach(one -> gathered.putIfAbsent(one.sourceId(), one));
            return 0;
        } catch (YAMLException broken) {
            LOG.atWarn().addKeyValue("document", path).log("a document of {} cannot be read", collection.spelled());
            return 1;
        }
    }

    private Result kept(Collection collection, List<Gathered> gathered, int skipped) {
        var source = collection.spelled();
        return Objects.requireNonNull(transaction.execute(_ -> {
            Merged merged = repository.merge(source, gathered, Timestamp.from(clock.instant()));
            // what could not be read may still be there
            var gone = skipped == 0 ? repository.markGone(source, gathered) : 0;
            return new Result(source, gathered.size(), merged.added(), merged.changed(), gone, skipped);
        }));
    }
}
