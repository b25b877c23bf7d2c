package io.wardroom.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Time;

/// The broker's JVM: formats its storage the first time, says when it takes requests, shuts down when told.
final class KafkaProcess {
    private KafkaProcess() {}

    /// @param arguments the settings' file, and the file to write once the broker is ready
    public static void main(String[] arguments) throws IOException {
        var settings = Path.of(arguments[0]);
        var properties = new Properties();
        try (var reader = Files.newBufferedReader(settings)) {
            properties.load(reader);
        }
        if (Files.notExists(Path.of(properties.getProperty("log.dirs"), "meta.properties"))) {
            var status = StorageTool.execute(
                    new String[] {
                        "format",
                        "--ignore-formatted",
                        "--cluster-id",
                        Uuid.randomUuid().toString(),
                        "--config",
                        settings.toString()
                    },
                    System.out);
            if (status != 0) {
                System.exit(status);
            }
        }
        var server = new KafkaRaftServer(KafkaConfig.fromProps(properties, false), Time.SYSTEM);
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdown, "shutdown"));
        server.startup();
        Files.writeString(Path.of(arguments[1]), "");
        server.awaitShutdown();
    }
}
