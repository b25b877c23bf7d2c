package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Runs the simulator (`bench/simulator`) against the stack of a home, as a process of its own on this terminal.
final class Simulation {
    private static final int HEAP_MEBIBYTES = 1024;

    private final Home home;
    private final Path jar;
    private final Map<String, String> environment;

    Simulation(Home home, Path checkout, Map<String, String> environment) {
        this.home = home;
        this.jar = checkout.resolve("bench/simulator/target/simulator.jar");
        this.environment = environment;
    }

    /// @param words for the simulator; where the stack is, it is told
    /// @return its exit status: 1 if something acknowledged is not stored as it was sent
    int run(List<String> words) throws IOException {
        if (Files.notExists(home.adminPassword())) {
            throw new Trouble("There is no Wardroom in " + home.directory() + ".", "./wardroom up starts one.");
        }
        var process = new ProcessBuilder(command(words)).inheritIO().start();
        try {
            return process.waitFor();
        } catch (InterruptedException stopped) {
            process.destroy();
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    List<String> command(List<String> words) {
        var ports = Ports.of(environment);
        var command = new ArrayList<>(Command.java(HEAP_MEBIBYTES));
        command.addAll(List.of("-jar", jar.toString()));
        var told = Map.of(
                "--gateway",
                ports.http(Port.GATEWAY),
                "--home",
                home.directory().toString(),
                "--db-url",
                "jdbc:postgresql://%s/agent_service".formatted(ports.address(Port.POSTGRES)),
                "--kafka",
                ports.address(Port.KAFKA));
        told.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(option -> {
            if (!words.contains(option.getKey())) {
                command.addAll(List.of(option.getKey(), option.getValue()));
            }
        });
        command.addAll(words);
        return command;
    }
}
