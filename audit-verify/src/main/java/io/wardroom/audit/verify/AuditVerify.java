package io.wardroom.audit.verify;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Tells whether an exported audit log is what the hub once signed.
public final class AuditVerify {
    static final int INTACT = 0;
    static final int TAMPERED = 1;
    static final int NOT_CHECKED = 2;

    private static final String USAGE = """
            usage: java -jar wardroom-audit-verify.jar --export FILE --checkpoints PLACE --key KEY

              --export FILE        an export of the whole log as NDJSON (GET /audit-logs/export), - for standard input
              --checkpoints PLACE  checkpoints that were kept elsewhere: signed notes, or JSON lines with a "note";
                                   a file or a folder of them, may be given again
              --key KEY            the verifier key of the log (verifier_key of GET /audit-logs/checkpoint, got once and
                                   kept), or a file with it; may be given again where the hub's key was changed

            status: 0 the log is what was signed, 1 it is not (each finding is a line), 2 it could not be checked""";

    private AuditVerify() {}

    static void main(String[] arguments) {
        System.exit(run(List.of(arguments), System.in, System.out));
    }

    /// @return the exit status
    public static int run(List<String> arguments, InputStream in, PrintStream out) {
        try {
            return check(Wish.of(arguments), in, out);
        } catch (IllegalArgumentException misunderstood) {
            out.println(misunderstood.getMessage());
            out.println(USAGE);
            return NOT_CHECKED;
        } catch (IOException unreadable) {
            out.println("cannot be read: " + unreadable);
            return NOT_CHECKED;
        }
    }

    private record Wish(String export, List<Path> checkpoints, List<VerifierKey> keys) {
        static Wish of(List<String> arguments) throws IOException {
            var export = "";
            var checkpoints = new ArrayList<Path>();
            var keys = new ArrayList<VerifierKey>();
            for (var i = 0; i < arguments.size(); i += 2) {
                if (i + 1 == arguments.size()) {
                    throw new IllegalArgumentException("what is " + arguments.get(i) + "?");
                }
                var value = arguments.get(i + 1);
                switch (arguments.get(i)) {
                    case "--export" -> export = value;
                    case "--checkpoints" -> checkpoints.add(Path.of(value));
                    case "--key" -> keys.add(VerifierKey.of(keyText(value)));
                    default -> throw new IllegalArgumentException("what is " + arguments.get(i) + "?");
                }
            }
            if (export.isEmpty() || checkpoints.isEmpty() || keys.isEmpty()) {
                throw new IllegalArgumentException("an export, checkpoints and a key are needed");
            }
            return new Wish(export, checkpoints, keys);
        }

        private static String keyText(String value) throws IOException {
            // a key holds slashes, too, but no file is called like one
            return value.contains("+") ? value : Files.readString(Path.of(value));
        }
    }

    private static int check(Wish wish, InputStream in, PrintStream out) throws IOException {
        var findings = new Findings(out);
        var checkpoints = new Checkpoints(wish.keys(), findings);
        for (var place : wish.checkpoints()) {
            checkpoints.read(place);
        }
        var check = new ExportCheck(checkpoints.bySize(), findings);
        try (var lines = wish.export().equals("-")
                ? new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
                : Files.newBufferedReader(Path.of(wish.export()))) {
            check.read(lines);
        }
        if (!findings.isEmpty()) {
            out.println("NOT INTACT: %d rows read, findings %s".formatted(check.rows(), findings.counts()));
            return TAMPERED;
        }
        if (check.compared() == 0) {
            out.println("NOT CHECKED: %d rows agree with themselves, but no checkpoint vouches for any of them"
                    .formatted(check.rows()));
            return NOT_CHECKED;
        }
        out.println("INTACT: %d rows, %d checkpoints agree".formatted(check.rows(), check.compared()));
        return INTACT;
    }
}
