package io.wardroom.fleet.inventory;

import static io.wardroom.fleet.inventory.Shape.flag;
import static io.wardroom.fleet.inventory.Shape.text;
import static io.wardroom.fleet.inventory.Shape.textByName;
import static io.wardroom.fleet.inventory.Shape.texts;
import static io.wardroom.fleet.inventory.Shape.time;
import static io.wardroom.fleet.inventory.Shape.whole;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The sections of an inventory: the fields of their rows, and which of these tell one row from another.
enum Section {
    PACKAGES(
            Shape.of(
                    text("manager"),
                    text("name"),
                    text("version"),
                    text("arch"),
                    text("source"),
                    text("source_version"),
                    time("installed_at")),
            "name",
            List.of("name", "arch", "manager"),
            List.of()),
    // by name: a container that is made anew is the same one with another id and image
    CONTAINERS(
            Shape.of(
                    text("id"),
                    text("name"),
                    text("image"),
                    text("image_digest"),
                    text("state"),
                    time("started_at"),
                    texts("ports"),
                    textByName("labels")),
            "id",
            List.of("name"),
            List.of()),
    SYSTEMD(
            Shape.of(text("name"), text("load_state"), text("active_state"), text("sub_state"), text("enabled")),
            "name",
            List.of("name"),
            List.of()),
    USERS(
            Shape.of(
                    text("username"),
                    whole("uid"),
                    whole("gid"),
                    text("home"),
                    text("shell"),
                    flag("is_sudoer"),
                    flag("is_system"),
                    time("last_login_at")),
            "username",
            List.of("username"),
            List.of("last_login_at")),
    // `raw` is the line of a rule that the agent did not understand
    SUDO(
            Shape.of(
                    text("user"),
                    text("host"),
                    text("runas"),
                    texts("commands"),
                    flag("nopasswd"),
                    text("source_file"),
                    text("raw")),
            "source_file",
            List.of("user", "host", "runas", "source_file", "raw"),
            List.of()),
    SSH_KEYS(
            Shape.of(
                    text("username"),
                    text("type"),
                    text("fingerprint_sha256"),
                    text("comment"),
                    whole("bits"),
                    text("options"),
                    text("file")),
            "fingerprint_sha256",
            List.of("username", "fingerprint_sha256", "file"),
            List.of()),
    BACKUPS(
            Shape.of(text("tool"), text("schedule"), time("last_run_at"), text("last_status"), text("target")),
            "tool",
            List.of("tool", "target"),
            List.of("last_run_at")),
    PORTS(
            Shape.of(text("protocol"), text("address"), whole("port"), whole("pid"), text("process")),
            "port",
            List.of("protocol", "address", "port"),
            List.of("pid")),
    OS(
            Shape.of(
                    text("distro"),
                    text("version"),
                    text("kernel"),
                    text("arch"),
                    time("boot_at"),
                    flag("reboot_required")),
            null,
            List.of(),
            List.of());

    private final String spelled = name().toLowerCase(Locale.ROOT).replace('_', '-');
    private final Shape shape;
    private final @Nullable String needed;
    private final List<String> identity;
    private final List<String> passing;

    /// @param needed   the field without which a row is none
    /// @param identity the fields that tell one row from another
    /// @param passing  fields that come and go by themselves: alone they make no change
    Section(Shape shape, @Nullable String needed, List<String> identity, List<String> passing) {
        this.shape = shape;
        this.needed = needed;
        this.identity = identity;
        this.passing = passing;
    }

    static Optional<Section> of(String spelled) {
        return Arrays.stream(values())
                .filter(section -> section.spelled.equals(spelled))
                .findFirst();
    }

    String spelled() {
        return spelled;
    }

    Shape shape() {
        return shape;
    }

    List<String> passing() {
        return passing;
    }

    /// What names a row among those of its section, for people to read; nothing for what is no row of it.
    Optional<String> keyOf(Map<String, @Nullable Object> row) {
        if (needed == null) {
            return Optional.of(spelled);
        }
        var foremost = row.get(needed);
        if (foremost == null || foremost.equals("")) {
            return Optional.empty();
        }
        var key = identity.stream()
                .map(row::get)
                .filter(Objects::nonNull)
                .map(Object::toString)
                .filter(part -> !part.isEmpty())
                .collect(Collectors.joining(" "));
        return Optional.of(key.isEmpty() ? foremost.toString() : key);
    }
}
