package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/// The services' jars, taken apart so that they start faster, one folder for each build of a jar.
final class Apps {
    private static final String STAMP = ".taken-apart";

    private final Path checkout;
    private final Path folder;

    /// @param folder where they are taken apart; may be shared by several suites
    Apps(Path checkout, Path folder) {
        this.checkout = checkout;
        this.folder = folder;
    }

    /// The folder with `<service>.jar` and its `lib`.
    Path of(Service service) throws IOException {
        var jar = jar(service.folder(), service.folder() + ".jar");
        var build = "%s-%s"
                .formatted(
                        service.folder(),
                        Hash.short8(Files.size(jar) + "@"
                                + Files.getLastModifiedTime(jar).toMillis()));
        var target = folder.resolve(build);
        if (Files.exists(target.resolve(STAMP))) {
            return target;
        }
        Files.createDirectories(folder);
        var draft = folder.resolve(build + ".new" + ProcessHandle.current().pid());
        PrivateFiles.delete(draft);
        var words = Command.smallJava(128);
        words.addAll(List.of("-Djarmode=tools", "-jar", jar.toString(), "extract", "--destination", draft.toString()));
        var result = Programs.run(words);
        if (!result.ok()) {
            throw new Trouble(
                    "%s could not be taken apart: %s"
                            .formatted(jar, result.output().strip()),
                    "Build it again with mvn package.");
        }
        Files.createFile(draft.resolve(STAMP));
        forgetOlder(service);
        Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
        return target;
    }

    Path agentJar() {
        return jar("agent", "wardroom-agent.jar");
    }

    /// The agent's own start script, with the flags that keep it small.
    Path agentProgram() {
        return checkout.resolve("agent").resolve("wardroom-agent");
    }

    private Path jar(String module, String name) {
        var jar = checkout.resolve(module).resolve("target").resolve(name);
        if (Files.notExists(jar)) {
            throw new Trouble("%s is not built: there is no %s.".formatted(module, jar), "Run mvn package.");
        }
        return jar;
    }

    private void forgetOlder(Service service) throws IOException {
        try (var builds = Files.newDirectoryStream(folder, service.folder() + "-????????")) {
            for (var build : builds) {
                PrivateFiles.delete(build);
            }
        }
    }
}
