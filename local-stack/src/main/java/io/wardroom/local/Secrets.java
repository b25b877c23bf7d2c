package io.wardroom.local;

import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The passwords of one stack: each made by chance when first asked for, and kept in a file of mode 0600.
final class Secrets {
    private static final String ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    private static final int LENGTH = 32;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path file;
    private final TreeMap<String, String> values = new TreeMap<>();

    private Secrets(Path file) {
        this.file = file;
    }

    static Secrets in(Path file) throws IOException {
        var secrets = new Secrets(file);
        if (Files.exists(file)) {
            var stored = new Properties();
            stored.load(new StringReader(Files.readString(file)));
            stored.stringPropertyNames().forEach(name -> secrets.values.put(name, stored.getProperty(name)));
        }
        return secrets;
    }

    /// The secret of that name, the same at every call and every start.
    String of(String name) {
        return of(name, Secrets::random);
    }

    /// As [#of(String)], for a secret of another form.
    synchronized String of(String name, Supplier<String> maker) {
        var known = values.get(name);
        if (known != null) {
            return known;
        }
        var made = maker.get();
        values.put(name, made);
        try {
            save();
        } catch (IOException failed) {
            throw new Trouble(
                    "The secrets could not be written to %s.".formatted(file),
                    "Make the folder writable.",
                    null,
                    failed);
        }
        return made;
    }

    /// 32 characters, about 186 bits, no character that is easily mistaken for another.
    static String random() {
        var text = new StringBuilder(LENGTH);
        for (int i = 0; i < LENGTH; i++) {
            text.append(ALPHABET.charAt(RANDOM.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    /// 32 random bytes in 64 hexadecimal digits.
    static String key() {
        var key = new byte[32];
        RANDOM.nextBytes(key);
        return HexFormat.of().formatHex(key);
    }

    private void save() throws IOException {
        var text = new StringWriter();
        text.write("# Made by ./wardroom up; deleted by ./wardroom reset.\n");
        values.forEach((name, value) -> text.write(name + "=" + value + "\n"));
        PrivateFiles.write(file, text.toString());
    }
}
