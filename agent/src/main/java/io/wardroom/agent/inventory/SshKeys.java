package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The section `ssh-keys`: every key that opens an account, from the files sshd reads.
///
/// Lines that hold no key are passed over without a trace: an account's owner may have linked any file there.
final class SshKeys implements Source {
    private static final Set<String> TYPES = Set.of(
            "ssh-rsa",
            "ssh-dss",
            "ssh-ed25519",
            "ecdsa-sha2-nistp256",
            "ecdsa-sha2-nistp384",
            "ecdsa-sha2-nistp521",
            "sk-ssh-ed25519@openssh.com",
            "sk-ecdsa-sha2-nistp256@openssh.com",
            "ssh-rsa-cert-v01@openssh.com",
            "ssh-ed25519-cert-v01@openssh.com");
    private static final List<String> DEFAULT_FILES = List.of(".ssh/authorized_keys", ".ssh/authorized_keys2");
    private static final long MAX_FILE_BYTES = 1L << 20;
    private static final int MAX_KEYS = 10_000;
    private static final int MAX_TEXT = 512;

    private final HostFiles files;

    SshKeys(HostFiles files) {
        this.files = files;
    }

    /// @param fingerprint as `ssh-keygen -l` shows it: `SHA256:` and base64 without padding
    record Key(
            String username,
            String type,
            String fingerprint,
            Optional<String> comment,
            Optional<Integer> bits,
            Optional<String> options,
            String file)
            implements Row {
        @Override
        public Fields fields() {
            return new Fields()
                    .with("username", username)
                    .with("type", type)
                    .with("fingerprint_sha256", fingerprint)
                    .with("comment", comment)
                    .with("bits", bits)
                    .with("options", options)
                    .with("file", file);
        }
    }

    @Override
    public String section() {
        return "ssh-keys";
    }

    @Override
    public Finding look() throws IOException {
        if (!files.exists("/etc/passwd")) {
            return new Finding.Absent();
        }
        var patterns = patterns();
        var keys = new ArrayList<Key>();
        var unreadable = 0;
        for (var account : Accounts.read(files).accounts()) {
            for (var file : filesOf(account, patterns)) {
                try {
                    files.lines(file, MAX_FILE_BYTES, line -> {
                        if (keys.size() < MAX_KEYS) {
                            parse(line, account.name(), file).ifPresent(keys::add);
                        }
                    });
                } catch (IOException denied) {
                    unreadable++;
                }
            }
        }
        // half of the keys would look as if the others had been taken away
        return unreadable > 0
                ? new Finding.Unreadable("%d files of authorised keys cannot be read".formatted(unreadable))
                : new Finding.Rows(keys);
    }

    private List<String> patterns() throws IOException {
        for (var line : files.lines("/etc/ssh/sshd_config", MAX_FILE_BYTES)) {
            var parts = line.strip().split("[\\s=]+");
            if (parts.length > 1 && parts[0].equalsIgnoreCase("AuthorizedKeysFile")) {
                return List.of(parts).subList(1, Math.min(parts.length, 9));
            }
        }
        return DEFAULT_FILES;
    }

    private static Set<String> filesOf(Accounts.Account account, List<String> patterns) {
        var found = new LinkedHashSet<String>();
        for (var pattern : patterns) {
            if (pattern.equalsIgnoreCase("none")) {
                continue;
            }
            var path = pattern.replace("%h", account.home())
                    .replace("%u", account.name())
                    .replace("%U", Long.toString(account.uid()))
                    .replace("%%", "%");
            if (!path.startsWith("/")) {
                if (account.home().isEmpty()) {
                    continue;
                }
                path = account.home().replaceFirst("/+$", "") + "/" + path;
            }
            // an account's name may hold anything; it must not lead elsewhere
            if (!path.contains("/../") && path.indexOf('\0') < 0) {
                found.add(path);
            }
        }
        return found;
    }

    /// One line of authorized_keys(5): options, type, key, comment.
    static Optional<Key> parse(String line, String username, String file) {
        var text = line.strip();
        if (text.isEmpty() || text.startsWith("#")) {
            return Optional.empty();
        }
        Optional<String> options = Optional.empty();
        if (!TYPES.contains(firstWord(text))) {
            var end = endOfOptions(text);
            options = Optional.of(cut(text.substring(0, end)));
            text = text.substring(end).strip();
        }
        var parts = text.split("\\s+", 3);
        if (parts.length < 2 || !TYPES.contains(parts[0])) {
            return Optional.empty();
        }
        try {
            var blob = Base64.getDecoder().decode(parts[1]);
            var comment = parts.length > 2 ? Optional.of(cut(parts[2])) : Optional.<String>empty();
            return Optional.of(
                    new Key(username, parts[0], fingerprint(blob), comment, bits(blob, parts[0]), options, file));
        } catch (IllegalArgumentException | BufferUnderflowException notAKey) {
            return Optional.empty();
        }
    }

    private static String firstWord(String text) {
        return text.split("\\s+", 2)[0];
    }

    /// Blanks within quotes belong to the options: `command="/bin/ls -l",no-pty ssh-rsa …`.
    private static int endOfOptions(String text) {
        var quoted = false;
        for (int i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == ' ' || c == '\t')) {
                return i;
            }
        }
        return text.length();
    }

    /// The key's blob must begin with its own type (RFC 4253 section 6.6), or this is no key at all.
    private static Optional<Integer> bits(byte[] blob, String type) {
        var buffer = ByteBuffer.wrap(blob);
        var named = new String(field(buffer), StandardCharsets.US_ASCII);
        if (!named.equals(type)) {
            throw new IllegalArgumentException("not a key of type " + type);
        }
        return switch (type) {
            case "ssh-rsa" -> {
                field(buffer);
                yield Optional.of(new java.math.BigInteger(1, field(buffer)).bitLength());
            }
            case "ssh-dss" -> Optional.of(new java.math.BigInteger(1, field(buffer)).bitLength());
            case "ssh-ed25519",
                    "sk-ssh-ed25519@openssh.com",
                    "ssh-ed25519-cert-v01@openssh.com",
                    "ecdsa-sha2-nistp256",
                    "sk-ecdsa-sha2-nistp256@openssh.com" -> Optional.of(256);
            case "ecdsa-sha2-nistp384" -> Optional.of(384);
            case "ecdsa-sha2-nistp521" -> Optional.of(521);
            default -> Optional.empty();
        };
    }

    private static byte[] field(ByteBuffer buffer) {
        var length = buffer.getInt();
        if (length < 0 || length > buffer.remaining()) {
            throw new IllegalArgumentException("field longer than the key");
        }
        var bytes = new byte[length];
        buffer.get(bytes);
        return bytes;
    }

    private static String fingerprint(byte[] blob) {
        try {
            return "SHA256:"
                    + Base64.getEncoder()
                            .withoutPadding()
                            .encodeToString(MessageDigest.getInstance("SHA-256").digest(blob));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }

    private static String cut(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }
}
