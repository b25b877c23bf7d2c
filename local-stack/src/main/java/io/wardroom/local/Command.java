package io.wardroom.local;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What to run as a process of its own.
///
/// @param port        where it will listen; 0 if nowhere
/// @param environment what it is told
/// @param open        whether it also sees the environment the stack was started with, as the services do
record Command(
        String name,
        Rank rank,
        List<String> words,
        Map<String, String> environment,
        boolean open,
        Path directory,
        int port) {
    Command {
        words = List.copyOf(words);
        environment = Map.copyOf(environment);
    }

    /// The same with the lowest priority, where the system knows one.
    Command behindOthers() {
        var nice = Programs.find("nice");
        if (nice.isEmpty()) {
            return this;
        }
        var behind = new ArrayList<>(List.of(nice.get().toString(), "-n", "19"));
        behind.addAll(words);
        return new Command(name, rank, behind, environment, open, directory, port);
    }

    /// A JVM like this one, made small: serial collector, compact headers, first compiler only.
    static List<String> smallJava(int heapMebibytes) {
        var words = java(heapMebibytes);
        words.add("-XX:TieredStopAtLevel=1");
        return words;
    }

    /// A JVM like this one which compiles what is hot as well as it can.
    static List<String> java(int heapMebibytes) {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMebibytes + "m",
                "-XX:+UseSerialGC",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dfile.encoding=UTF-8",
                "--enable-native-access=ALL-UNNAMED"));
    }
}
