package io.wardroom.local;

import java.net.URI;
import java.nio.file.Files;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.auth.AuthenticationType;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobStore;
import org.jspecify.annotations.Nullable;

/// The S3 API over a folder of files, inside this JVM: as a process of its own it would only cost memory.
final class ObjectStore {
    static final String NAME = "s3";
    static final String BUCKET = "wardroom";
    static final String ACCESS_KEY = "wardroom";
    private static final int THREADS = 16;

    private final Home home;
    private final Ports ports;
    private final Secrets secrets;
    private @Nullable S3Proxy server;

    ObjectStore(Home home, Ports ports, Secrets secrets) {
        this.home = home;
        this.ports = ports;
        this.secrets = secrets;
    }

    String endpoint() {
        return ports.http(Port.S3);
    }

    String secretKey() {
        return secrets.of("s3.secret-key");
    }

    synchronized void start() throws Exception {
        var data = home.data().resolve(NAME);
        Files.createDirectories(data.resolve(BUCKET));
        var started = S3Proxy.builder()
                .endpoint(URI.create(endpoint()))
                .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, ACCESS_KEY, secretKey())
                .blobStore(new FilesystemNio2BlobStore(data.toString()))
                .jettyMaxThreads(THREADS)
                .build();
        started.start();
        server = started;
    }

    synchronized void stop() throws Exception {
        if (server != null) {
            server.stop();
            server = null;
        }
    }
}
