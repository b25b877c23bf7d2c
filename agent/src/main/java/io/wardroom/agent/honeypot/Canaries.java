package io.wardroom.agent.honeypot;

import io.wardroom.agent.json.Fields;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.log.Log;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The files that stand as canaries, and which of them this agent made: those alone it takes away again.
public final class Canaries {
    private static final String MADE = "canaries.json";
    private static final int MAX_FILE_BYTES = 64 << 10;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final List<Path> paths;
    private final Path memory;

    /// @param root         `/` outside of tests
    /// @param configFolder where the agent's configuration lies
    /// @param dataFolder   where the agent remembers what it made
    public Canaries(Path root, Path configFolder, Path dataFolder) {
        paths = List.of(
                root.resolve("root/.aws/credentials-backup"),
                root.resolve("root/.ssh/id_rsa.backup"),
                configFolder.resolve(".canary"),
                root.resolve("tmp/passwords-backup.txt"));
        memory = dataFolder.resolve(MADE);
    }

    /// The canaries that are there; those that are missing are made first. A file of somebody else's in a canary's
    /// place stays as it is, and is watched as well.
    List<Path> place() {
        var made = made();
        var there = new ArrayList<Path>();
        for (var path : paths) {
            try {
                if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                    // remembered first: a file that nobody remembers would stay for ever
                    var text = plausible(path);
                    made.put(path.toString(), sha256(text));
                    remember(made);
                    make(path, text);
                }
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    there.add(path);
                }
            } catch (FileAlreadyExistsException justNow) {
                there.add(path);
            } catch (IOException refused) {
                Log.warn("no canary at %s: %s".formatted(path, Log.reason(refused)));
            }
        }
        return there;
    }

    /// Takes away what this agent made and nobody changed.
    public void remove() throws IOException {
        var made = made();
        for (var canary : made.entrySet()) {
            var path = Path.of(canary.getKey());
            if (paths.contains(path)
                    && Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                    && Files.size(path) <= MAX_FILE_BYTES
                    && sha256(Files.readString(path, StandardCharsets.ISO_8859_1))
                            .equals(canary.getValue())) {
                Files.delete(path);
                Log.info("took the canary %s away".formatted(path));
            }
        }
        Files.deleteIfExists(memory);
    }

    private static void make(Path path, String text) throws IOException {
        var folder = path.getParent();
        if (folder != null && !Files.exists(folder)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        var onlyOwner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel = Files.newByteChannel(
                path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), onlyOwner)) {
            channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1)));
        }
    }

    private Map<String, String> made() {
        var made = new LinkedHashMap<String, String>();
        try {
            if (Files.exists(memory) && Files.size(memory) <= MAX_FILE_BYTES) {
                var object = Json.readObject(Files.readAllBytes(memory));
                object.keySet().forEach(path -> Json.text(object, path).ifPresent(sha -> made.put(path, sha)));
            }
        } catch (IOException damaged) {
            Log.warn("it is not known any more which canaries were made here: " + Log.reason(damaged));
        }
        return made;
    }

    private void remember(Map<String, String> made) throws IOException {
        var fields = new Fields();
        made.forEach(fields::with);
        var draft = memory.resolveSibling(MADE + ".new");
        Files.write(draft, Json.bytes(fields));
        Files.move(draft, memory, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// Looks worth stealing, opens nothing, and is another on each host.
    private static String plausible(Path path) {
        var name = String.valueOf(path.getFileName());
        if (name.startsWith("credentials")) {
            return """
                    [default]
                    aws_access_key_id = AKIA%s
                    aws_secret_access_key = %s
                    """.formatted(base32(16), base64(30));
        }
        if (name.startsWith("id_rsa")) {
            return "-----BEGIN OPENSSH PRIVATE KEY-----\n"
                    + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(keyBytes())
                    + "\n-----END OPENSSH PRIVATE KEY-----\n";
        }
        if (name.startsWith("passwords")) {
            return "admin:%s\nbackup:%s\nroot:%s\n".formatted(base64(9), base64(9), base64(12));
        }
        return "token=%s\n".formatted(base64(24));
    }

    private static byte[] keyBytes() {
        var magic = "openssh-key-v1\0".getBytes(StandardCharsets.ISO_8859_1);
        var bytes = new byte[1_200];
        RANDOM.nextBytes(bytes);
        System.arraycopy(magic, 0, bytes, 0, magic.length);
        return bytes;
    }

    private static String base32(int length) {
        var text = new StringBuilder();
        for (var i = 0; i < length; i++) {
            text.append("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".charAt(RANDOM.nextInt(32)));
        }
        return text.toString();
    }

    private static String base64(int bytes) {
        var random = new byte[bytes];
        RANDOM.nextBytes(random);
        return Base64.getEncoder().encodeToString(random);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
