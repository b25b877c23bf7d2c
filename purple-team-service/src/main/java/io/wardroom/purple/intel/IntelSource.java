package io.wardroom.purple.intel;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.apache.commons.io.input.BoundedInputStream;
import org.springframework.stereotype.Component;

/// Where feeds and mappings come from: the import folder first, else the configured address.
@Component
class IntelSource {
    private static final Pattern KEV = Pattern.compile("known_exploited_vulnerabilities\\.json(?:\\.gz)?");
    private static final Pattern MAPPING = Pattern.compile(
            "kev-(\\d{2})\\.(\\d{2})\\.(\\d{4})_attack-(\\d{1,3})\\.(\\d{1,3})-enterprise\\.json(?:\\.gz)?");
    // a folder may hold other content beside, in folders of its own
    private static final int DEEPEST = 3;
    private static final int MOST_LOOKED_AT = 20_000;
    private static final int GZIP = 0x1f8b;

    private final IntelProperties settings;

    IntelSource(IntelProperties settings) {
        this.settings = settings;
    }

    /// A file that is to be read.
    ///
    /// @param name      what it is called, for a person
    /// @param mostBytes how much of it is read, unpacked
    /// @param temporary whether the file goes when it was read
    record Found(String name, Path file, long mostBytes, boolean temporary) implements AutoCloseable {
        /// What it holds, unpacked where it is packed; reading beyond the bound fails.
        InputStream open() throws IOException {
            var bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            bytes.mark(2);
            var first = bytes.read() << 8 | bytes.read();
            bytes.reset();
            return BoundedInputStream.builder()
                    .setInputStream(first == GZIP ? new GZIPInputStream(bytes, 1 << 16) : bytes)
                    .setMaxCount(mostBytes)
                    .setOnMaxCount((most, _) -> {
                        throw new IOException("it is longer than %d bytes".formatted(most));
                    })
                    .get();
        }

        @Override
        public void close() throws IOException {
            if (temporary) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// CISA's catalogue; nothing where it is left out.
    Optional<Found> kev() throws BrokenFeed, IOException {
        return folderOr(KEV, Comparator.comparing(_ -> 0), settings.kevAddress());
    }

    /// CTID's mapping of it, the newest where the folder has several; nothing where there is to be none.
    Optional<Found> mapping() throws BrokenFeed, IOException {
        return folderOr(MAPPING, Comparator.comparing(IntelSource::dated), settings.mappingAddress());
    }

    private static String dated(MatchResult name) {
        return "%s%s%s %3s.%3s".formatted(name.group(3), name.group(1), name.group(2), name.group(4), name.group(5));
    }

    private Optional<Found> folderOr(Pattern names, Comparator<MatchResult> order, String address)
            throws BrokenFeed, IOException {
        var there = inFolder(names, order);
        if (there.isPresent()) {
            return there;
        }
        return address.isEmpty() ? Optional.empty() : Optional.of(at(URI.create(address)));
    }

    private Optional<Found> inFolder(Pattern names, Comparator<MatchResult> order) throws IOException {
        var folder = settings.folder().filter(Files::isDirectory);
        if (folder.isEmpty()) {
            return Optional.empty();
        }
        record Named(Path file, MatchResult name) {}
        try (var files = Files.walk(folder.get(), DEEPEST)) {
            return files.limit(MOST_LOOKED_AT)
                    .flatMap(file -> names.matcher(String.valueOf(file.getFileName()))
                            .results()
                            .filter(name -> name.group().equals(String.valueOf(file.getFileName())))
                            .map(name -> new Named(file, name)))
                    .filter(named -> Files.isRegularFile(named.file()))
                    .max(Comparator.comparing(Named::name, order))
                    .map(named -> found(named.file(), false));
        }
    }

    private Found found(Path file, boolean temporary) {
        return new Found(String.valueOf(file.getFileName()), file, settings.mostBytes(), temporary);
    }

    Found at(URI address) throws BrokenFeed, IOException {
        if ("file".equalsIgnoreCase(address.getScheme())) {
            return below(String.valueOf(address.getSchemeSpecificPart()));
        }
        if (!isTrusted(address)) {
            throw BrokenFeed.unreadable("%s is no https address".formatted(plain(address)));
        }
        var file = Files.createTempFile("wardroom-intel", ".feed");
        try {
            download(address, file);
            return new Found(plain(address), file, settings.mostBytes(), true);
        } catch (BrokenFeed away) {
            Files.deleteIfExists(file);
            throw away;
        }
    }

    private Found below(String wanted) throws BrokenFeed, IOException {
        var folder = settings.folder()
                .orElseThrow(() -> BrokenFeed.unreadable(
                        "there is no import folder; give one with `--import DIR` or WARDROOM_IMPORT_DIR"));
        try {
            var root = folder.toRealPath();
            var file = root.resolve(wanted).toRealPath();
            if (!file.startsWith(root) || !Files.isRegularFile(file)) {
                throw BrokenFeed.unreadable("the import folder has no file of that name");
            }
            return found(file, false);
        } catch (InvalidPathException | FileSystemException none) {
            throw BrokenFeed.unreadable("the import folder has no file of that name");
        }
    }

    /// Without what may be a secret of a paid feed.
    private static String plain(URI address) {
        var port = address.getPort() < 0 ? "" : ":" + address.getPort();
        return "%s://%s%s%s".formatted(address.getScheme(), address.getHost(), port, address.getPath());
    }

    /// Plain http stays on this machine.
    private static boolean isTrusted(URI address) {
        return "https".equalsIgnoreCase(address.getScheme())
                || "http".equalsIgnoreCase(address.getScheme())
                        && ("127.0.0.1".equals(address.getHost()) || "localhost".equals(address.getHost()));
    }

    private void download(URI address, Path file) throws BrokenFeed {
        try (var http = HttpClient.newBuilder()
                .connectTimeout(settings.connectTimeout())
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()) {
            var request = HttpRequest.newBuilder(address)
                    .timeout(settings.fetchTimeout())
                    .build();
            var coming =
                    http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofFile(file), settings.mostBytes()));
            try {
                var answer = coming.get(settings.fetchTimeout().toMillis(), TimeUnit.MILLISECONDS);
                if (answer.statusCode() != 200) {
                    throw BrokenFeed.away("%s answered %d".formatted(plain(address), answer.statusCode()));
                }
            } catch (ExecutionException failed) {
                throw BrokenFeed.away("%s cannot be fetched: %s".formatted(plain(address), failed.getCause()));
            } catch (TimeoutException late) {
                throw BrokenFeed.away("%s did not come within %s".formatted(plain(address), settings.fetchTimeout()));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw BrokenFeed.away("the fetch was stopped");
            } finally {
                coming.cancel(true);
                http.shutdownNow();
            }
        }
    }
}
