package io.wardroom.purple.catalogue;

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
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/// Where bundles come from: the import folder first, else the configured address.
@Component
class CatalogueSource {
    private static final Pattern BUNDLE =
            Pattern.compile("(?i)enterprise-attack(?:-(\\d{1,4}(?:\\.\\d{1,4}){0,2}))?\\.json(?:\\.gz)?");
    // a folder may hold other content beside, in folders of its own
    private static final int DEEPEST = 3;
    private static final int MOST_LOOKED_AT = 20_000;
    private static final int GZIP = 0x1f8b;

    private final CatalogueProperties settings;

    CatalogueSource(CatalogueProperties settings) {
        this.settings = settings;
    }

    /// A bundle that is to be read.
    ///
    /// @param name      what it is called, for a person
    /// @param temporary whether the file goes when it was read
    record Bundle(String name, Path file, boolean temporary) implements AutoCloseable {
        /// The bundle's text, unpacked where it is packed.
        InputStream open() throws IOException {
            var bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
            bytes.mark(2);
            var first = bytes.read() << 8 | bytes.read();
            bytes.reset();
            return first == GZIP ? new GZIPInputStream(bytes, 1 << 16) : bytes;
        }

        @Override
        public void close() throws IOException {
            if (temporary) {
                Files.deleteIfExists(file);
            }
        }
    }

    /// There is no bundle, and why.
    static final class Missing extends Exception {
        private static final long serialVersionUID = 1;

        Missing(String why) {
            super(why, null, false, false);
        }

        String why() {
            var message = getMessage();
            return message == null ? "" : message;
        }
    }

    /// The address did not give a bundle; later it may.
    static final class Away extends Exception {
        private static final long serialVersionUID = 1;

        Away(String why) {
            super(why, null, false, false);
        }

        String why() {
            var message = getMessage();
            return message == null ? "" : message;
        }
    }

    /// @param wanted a file below the import folder; null for what there is
    Bundle find(@Nullable String wanted) throws Missing, Away, IOException {
        if (wanted != null) {
            return below(wanted);
        }
        var newest = newestInFolder();
        return newest.isPresent() ? newest.get() : fetch();
    }

    /// The bundle of the highest version in the folder; one without a version in its name counts as the highest.
    Optional<Bundle> newestInFolder() throws IOException {
        var folder = settings.folder();
        if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
            return Optional.empty();
        }
        try (var files = Files.walk(folder.get(), DEEPEST)) {
            return files.limit(MOST_LOOKED_AT)
                    .filter(file ->
                            BUNDLE.matcher(String.valueOf(file.getFileName())).matches())
                    .filter(Files::isRegularFile)
                    .max(Comparator.comparingLong(CatalogueSource::rank))
                    .map(file -> new Bundle(String.valueOf(file.getFileName()), file, false));
        }
    }

    private static long rank(Path file) {
        var matcher = BUNDLE.matcher(String.valueOf(file.getFileName()));
        var version = matcher.matches() ? matcher.group(1) : null;
        if (version == null) {
            return Long.MAX_VALUE;
        }
        var rank = 0L;
        var parts = version.split("\\.");
        for (var at = 0; at < 3; at++) {
            rank = rank * 10_000 + (at < parts.length ? Integer.parseInt(parts[at]) : 0);
        }
        return rank;
    }

    /// What the name of a bundle says of its version.
    static Optional<String> versionIn(String name) {
        var matcher = BUNDLE.matcher(name);
        return matcher.matches() ? Optional.ofNullable(matcher.group(1)) : Optional.empty();
    }

    private Bundle below(String wanted) throws Missing, IOException {
        var folder = settings.folder()
                .orElseThrow(() ->
                        new Missing("there is no import folder; give one with `--import DIR` or WARDROOM_IMPORT_DIR"));
        try {
            var root = folder.toRealPath();
            var file = root.resolve(wanted).toRealPath();
            if (!file.startsWith(root) || !Files.isRegularFile(file)) {
                throw new Missing("the import folder has no file of that name");
            }
            return new Bundle(String.valueOf(file.getFileName()), file, false);
        } catch (InvalidPathException | FileSystemException none) {
            throw new Missing("the import folder has no file of that name");
        }
    }

    private Bundle fetch() throws Missing, Away, IOException {
        var address = settings.address();
        if ("file".equalsIgnoreCase(address.getScheme())) {
            return below(String.valueOf(address.getPath()));
        }
        if (!isTrusted(address)) {
            throw new Missing("%s is no https address".formatted(address));
        }
        var file = Files.createTempFile("wardroom-attack", ".json");
        try {
            download(address, file);
            var path = String.valueOf(address.getPath());
            return new Bundle(path.substring(path.lastIndexOf('/') + 1), file, true);
        } catch (Away away) {
            Files.deleteIfExists(file);
            throw away;
        }
    }

    /// Plain http stays on this machine.
    private static boolean isTrusted(URI address) {
        return "https".equalsIgnoreCase(address.getScheme())
                || "http".equalsIgnoreCase(address.getScheme())
                        && ("127.0.0.1".equals(address.getHost()) || "localhost".equals(address.getHost()));
    }

    private void download(URI address, Path file) throws Away {
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
                    throw new Away("%s answered %d".formatted(address, answer.statusCode()));
                }
            } catch (ExecutionException failed) {
                throw new Away("%s did not give a bundle: %s".formatted(address, failed.getCause()));
            } catch (TimeoutException late) {
                throw new Away("%s did not give a bundle within %s".formatted(address, settings.fetchTimeout()));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new Away("the fetch was stopped");
            } finally {
                coming.cancel(true);
                http.shutdownNow();
            }
        }
    }
}
