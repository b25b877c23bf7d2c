package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// The section `users`.
final class Users implements Source {
    private static final Set<String> SUDO_GROUPS = Set.of("sudo", "wheel", "admin");
    private static final long DEFAULT_UID_MIN = 1000;
    /// `struct lastlog` of glibc: 4 bytes of time, 32 of line, 256 of host, one record a uid.
    private static final int LASTLOG_RECORD = 292;

    private final HostFiles files;

    Users(HostFiles files) {
        this.files = files;
    }

    record User(
            String username,
            long uid,
            long gid,
            String home,
            String shell,
            boolean isSudoer,
            boolean isSystem,
            Optional<Instant> lastLoginAt)
            implements Row {
        @Override
        public Fields fields() {
            return new Fields()
                    .with("username", username)
                    .with("uid", uid)
                    .with("gid", gid)
                    .with("home", home)
                    .with("shell", shell)
                    .with("is_sudoer", isSudoer)
                    .with("is_system", isSystem)
                    .with("last_login_at", lastLoginAt);
        }
    }

    @Override
    public String section() {
        return "users";
    }

    @Override
    public Finding look() throws IOException {
        if (!files.exists("/etc/passwd")) {
            return new Finding.Absent();
        }
        var accounts = Accounts.read(files);
        var sudoers = sudoers(accounts);
        var uidMin = uidMin();
        var users = new ArrayList<User>();
        for (var account : accounts.accounts()) {
            users.add(new User(
                    account.name(),
                    account.uid(),
                    account.gid(),
                    account.home(),
                    account.shell(),
                    account.uid() == 0 || sudoers.contains(account.name()),
                    account.uid() < uidMin || account.uid() == 65534,
                    lastLogin(account.uid())));
        }
        return new Finding.Rows(users);
    }

    private Set<String> sudoers(Accounts accounts) throws IOException {
        var names = new HashSet<String>();
        SUDO_GROUPS.forEach(group -> names.addAll(accounts.members().getOrDefault(group, Set.of())));
        for (var rule : SudoRules.read(files)) {
            var user = rule.user().orElse("");
            if (user.startsWith("%")) {
                names.addAll(accounts.members().getOrDefault(user.substring(1), Set.of()));
            } else if (user.equals("ALL")) {
                accounts.accounts().forEach(account -> names.add(account.name()));
            } else if (user.startsWith("#") && user.matches("#\\d{1,10}")) {
                accounts.accounts().stream()
                        .filter(account -> account.uid() == Long.parseLong(user.substring(1)))
                        .forEach(account -> names.add(account.name()));
            } else {
                names.add(user);
            }
        }
        return names;
    }

    private long uidMin() throws IOException {
        return files.lines("/etc/login.defs", 1 << 20).stream()
                .map(String::strip)
                .filter(line -> line.matches("UID_MIN\\s+\\d{1,9}"))
                .map(line -> Long.parseLong(line.split("\\s+")[1]))
                .findFirst()
                .orElse(DEFAULT_UID_MIN);
    }

    /// From /var/log/lastlog, read by place: the file is as sparse as uids are, and the tool that prints it
    /// knows no stable form.
    private Optional<Instant> lastLogin(long uid) throws IOException {
        var file = files.resolve("/var/log/lastlog");
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var time = ByteBuffer.allocate(4).order(ByteOrder.nativeOrder());
            if (channel.read(time, uid * LASTLOG_RECORD) < 4) {
                return Optional.empty();
            }
            var seconds = Integer.toUnsignedLong(time.getInt(0));
            return seconds == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
        }
    }
}
