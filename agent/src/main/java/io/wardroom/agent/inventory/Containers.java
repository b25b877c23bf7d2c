package io.wardroom.agent.inventory;

import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.host.Masked;
import io.wardroom.agent.json.Fields;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.log.Log;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The section `containers`: what the Docker or Podman engine of the host runs, asked over its socket.
final class Containers implements Source {
    private static final List<String> SOCKETS =
            List.of("/run/docker.sock", "/var/run/docker.sock", "/run/podman/podman.sock");
    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int MAX_CONTAINERS = 500;
    private static final int MAX_LABELS = 50;
    private static final int MAX_TEXT = 512;
    private static final Instant NEVER = Instant.parse("1970-01-01T00:00:00Z");

    private final HostFiles files;

    Containers(HostFiles files) {
        this.files = files;
    }

    /// @param imageDigest `name@sha256:…` where the image came from a registry, else the image's own id
    /// @param ports       `8080->80/tcp` published, `80/tcp` only exposed
    record Container(
            String id,
            String name,
            String image,
            Optional<String> imageDigest,
            String state,
            Optional<Instant> startedAt,
            List<String> ports,
            Map<String, String> labels)
            implements Row {
        @Override
        public Fields fields() {
            return new Fields()
                    .with("id", id)
                    .with("name", name)
                    .with("image", image)
                    .with("image_digest", imageDigest)
                    .with("state", state)
                    .with("started_at", startedAt)
                    .with("ports", ports)
                    .with("labels", labels);
        }
    }

    @Override
    public String section() {
        return "containers";
    }

    @Override
    public Finding look() throws IOException {
        var found = new ArrayList<Container>();
        var engines = new TreeSet<Path>();
        for (var socket : SOCKETS) {
            var path = files.resolve(socket);
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                // /var/run is /run on most hosts: one engine, not two
                engines.add(path.toRealPath());
            }
        }
        for (var socket : engines) {
            try {
                found.addAll(ask(new UnixHttp(socket, LIMIT)));
            } catch (IOException silent) {
                return new Finding.Unreadable(Log.reason(silent));
            }
        }
        found.sort(Comparator.comparing(Container::name).thenComparing(Container::id));
        return engines.isEmpty() ? new Finding.Absent() : new Finding.Rows(found);
    }

    private static List<Container> ask(UnixHttp engine) throws IOException {
        var digests = new HashMap<String, String>();
        for (var image : Json.asList(Json.read(engine.get("/images/json")))) {
            var object = Json.asObject(image);
            var repo = Json.asList(object.get("RepoDigests"));
            if (!repo.isEmpty() && repo.getFirst() instanceof String digest) {
                Json.text(object, "Id").ifPresent(id -> digests.put(id, digest));
            }
        }
        var found = new ArrayList<Container>();
        for (var entry : Json.asList(Json.read(engine.get("/containers/json?all=1")))) {
            var id = Json.text(Json.asObject(entry), "Id").filter(text -> text.matches("[0-9a-f]{12,64}"));
            if (id.isPresent() && found.size() < MAX_CONTAINERS) {
                found.add(container(id.get(), Json.asObject(entry), digests, startedAt(engine, id.get())));
            }
        }
        return found;
    }

    /// The list tells only in words when a container started ("Up 5 minutes"), which would be a change at each
    /// look.
    private static Optional<Instant> startedAt(UnixHttp engine, String id) throws IOException {
        var state = Json.asObject(Json.asObject(Json.read(engine.get("/containers/" + id + "/json")))
                .get("State"));
        try {
            return Json.text(state, "StartedAt")
                    .map(text -> OffsetDateTime.parse(text).toInstant())
                    .filter(moment -> moment.isAfter(NEVER));
        } catch (DateTimeException odd) {
            return Optional.empty();
        }
    }

    private static Container container(
            String id, Map<String, @Nullable Object> entry, Map<String, String> digests, Optional<Instant> startedAt) {
        var names = Json.asList(entry.get("Names"));
        var name = !names.isEmpty() && names.getFirst() instanceof String text ? text.replaceFirst("^/", "") : id;
        var imageId = Json.text(entry, "ImageID");
        var labels = new LinkedHashMap<String, String>();
        Json.asObject(entry.get("Labels")).entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .limit(MAX_LABELS)
                .forEach(label -> labels.put(cut(label.getKey()), Masked.of(cut(String.valueOf(label.getValue())))));
        return new Container(
                id,
                cut(name),
                cut(Json.text(entry, "Image").orElse("")),
                imageId.map(image -> digests.getOrDefault(image, image)),
                cut(Json.text(entry, "State").orElse("unknown")),
                startedAt,
                ports(entry),
                labels);
    }

    private static List<String> ports(Map<String, @Nullable Object> entry) {
        var ports = new TreeSet<String>();
        for (var item : Json.asList(entry.get("Ports"))) {
            var port = Json.asObject(item);
            var inner = Json.whole(port, "PrivatePort").orElse(0L) + "/"
                    + Json.text(port, "Type").orElse("tcp");
            var outer = Json.whole(port, "PublicPort");
            ports.add(outer.isPresent() ? outer.get() + "->" + inner : inner);
        }
        return ports.stream().limit(200).toList();
    }

    private static String cut(String text) {
        return text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
    }
}
