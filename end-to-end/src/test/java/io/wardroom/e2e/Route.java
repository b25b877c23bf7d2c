package io.wardroom.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Pattern;

/// A row of the catalogue of routes.
///
/// @param who `public`, `agent`, `enrolment`, `user`, `writer`, or roles; see the catalogue's head
record Route(String method, String path, String who) {
    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]*)}");
    private static final int COLUMNS = 6;
    private static final Set<String> OF_MACHINES = Set.of("agent", "enrolment");
    /// These pass every check of roles.
    private static final Set<String> ADMINISTRATORS = Set.of("owner", "admin");

    /// What is to become of a call.
    enum Verdict {
        LET_IN,
        REFUSED,
        /// It depends on more than the role: who made a thing, or a code.
        EITHER
    }

    static List<Route> catalogue() throws IOException {
        return Files.readAllLines(TheSuite.CHECKOUT.resolve("gateway/src/test/resources/catalogue.tsv")).stream()
                .filter(line -> !line.startsWith("#"))
                .map(Route::read)
                .toList();
    }

    private static Route read(String line) {
        var columns = line.split("\t");
        if (columns.length != COLUMNS) {
            throw new IllegalArgumentException("the catalogue does not say who may call " + line);
        }
        return new Route(columns[0], columns[1], columns[5]);
    }

    /// Method and path, without the parameters' names.
    static String shape(String method, String path) {
        return method + " " + PARAMETER.matcher(path).replaceAll("{}");
    }

    String shape() {
        return shape(method, path);
    }

    boolean isPublic() {
        return who.equals("public");
    }

    boolean isForMachines() {
        return OF_MACHINES.contains(who);
    }

    /// Whether its body is a form with a file.
    boolean takesFile() {
        return method.equals("POST") && path.endsWith("/evidence");
    }

    boolean writes() {
        return !method.equals("GET");
    }

    /// The path with ids that nobody has.
    String filled() {
        return PARAMETER.matcher(path).replaceAll(found -> switch (found.group(1)) {
            case "mitre_id" -> "T0000";
            case "tactic" -> "execution";
            case "tool" -> "generic";
            default -> UUID.randomUUID().toString();
        });
    }

    /// What becomes of a person with this one role of a tenant.
    Verdict verdict(String role, boolean platformAdministrator) {
        if (who.equals("platform_admin")) {
            return platformAdministrator ? Verdict.LET_IN : Verdict.REFUSED;
        }
        if (who.equals("user")) {
            return Verdict.LET_IN;
        }
        if (who.equals("writer")) {
            return role.equals("viewer") ? Verdict.REFUSED : Verdict.LET_IN;
        }
        var named = Arrays.asList(who.replace("+totp", "").split(","));
        if (named.contains(role) || ADMINISTRATORS.contains(role)) {
            return who.endsWith("+totp") ? Verdict.EITHER : Verdict.LET_IN;
        }
        return named.contains("creator") && !role.equals("viewer") ? Verdict.EITHER : Verdict.REFUSED;
    }
}
