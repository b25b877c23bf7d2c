import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.ImportOrderer;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import com.palantir.javaformat.java.RemoveUnusedImports;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Set;

/// The one formatter of the tree: `apply` rewrites what differs, `check` names it and fails.
/// Files older than the last clean run are not looked at again.
class Format {
    private static final Set<String> SKIPPED = Set.of("target", "node_modules", ".git", ".wardroom");

    public static void main(String[] arguments) throws Exception {
        var check = arguments[0].equals("check");
        var root = Path.of(arguments[1]);
        var stamp = root.resolve("target/formatter/clean");
        var since = Files.exists(stamp) ? Files.getLastModifiedTime(stamp) : FileTime.fromMillis(0);
        // from before the look around: what is written meanwhile is looked at by the next run
        var now = FileTime.fromMillis(System.currentTimeMillis());
        var sources = new ArrayList<Path>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return SKIPPED.contains(folder.getFileName().toString())
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")
                        && attributes.lastModifiedTime().compareTo(since) > 0) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        var formatter = Formatter.createFormatter(JavaFormatterOptions.builder()
                .style(Style.PALANTIR)
                .formatJavadoc(false)
                .build());
        var different = new ArrayList<Path>();
        for (var file : sources) {
            var before = Files.readString(file);
            String after;
            try {
                // not formatSourceAndFixImports: it also breaks long strings, some of them between a backslash and its
                // letter
                after = formatter.formatSource(
                        RemoveUnusedImports.removeUnusedImports(ImportOrderer.reorderImports(before, Style.PALANTIR)));
            } catch (FormatterException unreadable) {
                throw new IllegalStateException(root.relativize(file) + ": " + unreadable.getMessage(), unreadable);
            }
            if (!after.equals(before)) {
                different.add(file);
                if (!check) {
                    Files.writeString(file, after);
                }
            }
        }
        if (check && !different.isEmpty()) {
            different.forEach(file -> System.err.println("not formatted: " + root.relativize(file)));
            System.err.println("Run `mvn -N process-sources` and commit what it changes.");
            System.exit(1);
        }
        Files.writeString(stamp, "");
        Files.setLastModifiedTime(stamp, now);
    }
}
