package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Keycloak unpacked and built for our choice of options, so that each start is a short one. Read-only from then on.
///
/// @param directory where `lib`, `conf` and the rest lie
record KeycloakDistribution(Path directory) {
    private static final List<String> OPTIONS = List.of("--db=dev-file", "--health-enabled=true");
    private static final Duration LIMIT = Duration.ofMinutes(4);
    private static final List<String> PARTS = List.of("lib", "conf", "providers", "themes", "bin", "version.txt");

    /// Unpacks and builds below `parent`, unless that has been done before.
    static KeycloakDistribution in(Path parent, Home home, Processes processes) throws IOException {
        var target = parent.resolve("keycloak-%s-%s".formatted(version(), Hash.short8(OPTIONS.toString())));
        var distribution = new KeycloakDistribution(target);
        if (Files.exists(target)) {
            return distribution;
        }
        var draft = parent.resolve(target.getFileName() + ".new");
        PrivateFiles.delete(draft);
        Archives.unpackGzip(ClassPath.keycloakArchive(), draft, 1);
        var words = new KeycloakDistribution(draft).java(draft, 512, List.of());
        words.add("build");
        words.addAll(OPTIONS);
        var build = processes.start(new Command("keycloak-build", Rank.ERRAND, words, Map.of(), false, draft, 0));
        build.await(LIMIT, () -> !build.process().isAlive() && build.process().exitValue() == 0);
        processes.stop(build.name());
        PrivateFiles.delete(draft.resolve("data"));
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        return distribution;
    }

    static String version() {
        return String.valueOf(ClassPath.keycloakArchive().getFileName())
                .replace("keycloak-quarkus-dist-", "")
                .replace(".tar.gz", "");
    }

    /// A home with this distribution's programs and data of its own.
    void furnish(Path home) throws IOException {
        Files.createDirectories(home.resolve("data"));
        for (var part : PARTS) {
            var link = home.resolve(part);
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, directory.resolve(part));
        }
    }

    /// What Keycloak's own start script would run, in one process and smaller.
    List<String> java(Path home, int heapMebibytes, List<String> more) {
        var words = Command.smallJava(heapMebibytes);
        words.addAll(List.of(
                "-Xms64m",
                "-XX:MaxMetaspaceSize=256m",
                "-XX:ReservedCodeCacheSize=64m",
                "--sun-misc-unsafe-memory-access=allow",
                "--add-opens=java.base/java.util=ALL-UNNAMED",
                "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
                "--add-opens=java.base/java.security=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-Duser.language=en",
                "-Duser.country=US",
                "-Djava.util.concurrent.ForkJoinPool.common.threadFactory="
                        + "io.quarkus.bootstrap.forkjoin.QuarkusForkJoinWorkerThreadFactory",
                "-Dkc.home.dir=" + home,
                "-Djboss.server.config.dir=" + home.resolve("conf"),
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Dpicocli.disable.closures=true",
                "-Dquarkus-log-max-startup-records=10000"));
        words.addAll(more);
        words.addAll(List.of(
                "-cp",
                directory.resolve("lib/quarkus-run.jar").toString(),
                "io.quarkus.bootstrap.runner.QuarkusEntryPoint"));
        return new ArrayList<>(words);
    }
}
