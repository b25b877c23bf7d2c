package io.wardroom.agent.identity;

import io.wardroom.agent.config.Secret;
import io.wardroom.agent.host.HostFiles;
import io.wardroom.agent.json.Fields;
import io.wardroom.agent.json.Json;
import io.wardroom.agent.json.JsonProblem;
import io.wardroom.agent.log.Log;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;

/// Who this agent is: signing key, machine id, and what the hub answered to its registration.
///
/// Everything but the key stands in one file, `identity.json`, which names the key's file: a new identity takes
/// effect with one rename, whenever the power goes.
public final class Identity {
    private static final int MAX_FILE_BYTES = 64 << 10;
    private static final String FILE = "identity.json";

    private final Path folder;
    private final String instanceId = UUID.randomUUID().toString();
    private State state;
    private SigningKey key;

    private record State(
            String machineId,
            Optional<String> hostId,
            String keyFile,
            Optional<String> agentId,
            Optional<Secret> token,
            Optional<String> hubPublicKey,
            Optional<String> enrolledWith) {

        static State unregistered(String machineId, Optional<String> hostId, String keyFile, Optional<Secret> token) {
            return new State(machineId, hostId, keyFile, Optional.empty(), token, Optional.empty(), Optional.empty());
        }
    }

    private Identity(Path folder, State state, SigningKey key) {
        this.folder = folder;
        this.state = state;
        this.key = key;
    }

    /// Loads the identity, or makes one at the first start.
    ///
    /// A folder that came with a copied disk image onto another machine is left behind: the machine gets an
    /// identity of its own.
    ///
    /// @param configuredMachineId replaces the host's
    public static Identity open(Path folder, HostFiles host, Optional<String> configuredMachineId) throws IOException {
        Files.createDirectories(
                folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        var hostId = configuredMachineId.isPresent() ? configuredMachineId : MachineId.ofHost(host);
        var file = folder.resolve(FILE);
        if (Files.notExists(file)) {
            return create(folder, hostId.orElseGet(MachineId::generate), hostId, Optional.empty());
        }
        var state = read(file);
        if (hostId.isPresent() && state.hostId().isPresent() && !state.hostId().equals(hostId)) {
            Log.warn("this data folder was made on another machine: a new identity is made for this one");
            return create(folder, hostId.get(), hostId, state.token());
        }
        return new Identity(folder, state, SigningKey.load(folder.resolve(state.keyFile())));
    }

    private static Identity create(Path folder, String machineId, Optional<String> hostId, Optional<Secret> token)
            throws IOException {
        var key = SigningKey.generate();
        var keyFile = "signing-%s.pem".formatted(UUID.randomUUID().toString().substring(0, 8));
        key.save(folder.resolve(keyFile));
        var identity = new Identity(folder, State.unregistered(machineId, hostId, keyFile, token), key);
        identity.save();
        identity.removeOtherKeys();
        return identity;
    }

    /// Drops key, machine id and agent id for new ones: this machine turned out to be a copy of another.
    ///
    /// The token stays until the new registration, since the hub takes it where no enrolment token is at hand.
    public synchronized void becomeAnother() throws IOException {
        var other = create(folder, MachineId.generate(), state.hostId(), state.token());
        this.key = other.key;
        this.state = other.state;
    }

    /// One value per start of the agent, in every batch: two of them at once on one agent show a clone.
    public String instanceId() {
        return instanceId;
    }

    public synchronized String machineId() {
        return state.machineId();
    }

    public synchronized SigningKey key() {
        return key;
    }

    public synchronized Optional<Registration> registration() {
        return state.agentId().isPresent() && state.token().isPresent()
                ? Optional.of(
                        new Registration(state.agentId().get(), state.token().get(), state.hubPublicKey()))
                : Optional.empty();
    }

    /// An agent token that may register this machine where no enrolment token does.
    public synchronized Optional<Secret> ownToken() {
        return state.token();
    }

    /// Whether this enrolment token has not been used by this identity yet.
    ///
    /// The same one is not shown twice by itself: an agent that was deleted on purpose must not enrol itself again.
    public synchronized boolean isNew(Secret enrolmentToken) {
        return !state.enrolledWith().equals(Optional.of(fingerprint(enrolmentToken)));
    }

    /// @param shown the enrolment token that was shown; empty where the agent's own was
    public synchronized void registered(Registration registration, Optional<Secret> shown) throws IOException {
        state = new State(
                state.machineId(),
                state.hostId(),
                state.keyFile(),
                Optional.of(registration.agentId()),
                Optional.of(registration.token()),
                registration.hubPublicKey(),
                shown.map(Identity::fingerprint).or(state::enrolledWith));
        save();
    }

    private void save() throws IOException {
        var fields = new Fields()
                .with("machine_id", state.machineId())
                .with("host_id", state.hostId())
                .with("key_file", state.keyFile())
                .with("enrolled_with_sha256", state.enrolledWith())
                .with("agent_id", state.agentId())
                .with("agent_token", state.token().map(Secret::value))
                .with("hub_public_key", state.hubPublicKey());
        PrivateFile.write(folder.resolve(FILE), new String(Json.bytes(fields), StandardCharsets.UTF_8) + "\n");
    }

    private static State read(Path file) throws IOException {
        if (Files.size(file) > MAX_FILE_BYTES) {
            throw new IOException(file + " is damaged: remove it to make a new identity");
        }
        try {
            var object = Json.readObject(Files.readAllBytes(file));
            var machineId = Json.text(object, "machine_id");
            var keyFile = Json.text(object, "key_file").filter(name -> name.matches("signing-[0-9a-f]{8}\\.pem"));
            if (machineId.isEmpty() || keyFile.isEmpty()) {
                throw new IOException(file + " is damaged: remove it to make a new identity");
            }
            return new State(
                    machineId.get(),
                    Json.text(object, "host_id"),
                    keyFile.get(),
                    Json.text(object, "agent_id"),
                    Json.text(object, "agent_token").flatMap(Secret::of),
                    Json.text(object, "hub_public_key"),
                    Json.text(object, "enrolled_with_sha256"));
        } catch (JsonProblem broken) {
            throw new IOException(file + " is damaged: remove it to make a new identity", broken);
        }
    }

    private void removeOtherKeys() throws IOException {
        try (var keys = Files.newDirectoryStream(folder, "signing-*.pem")) {
            for (var other : keys) {
                if (!String.valueOf(other.getFileName()).equals(state.keyFile())) {
                    Files.deleteIfExists(other);
                }
            }
        }
    }

    private static String fingerprint(Secret token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256")
                            .digest(token.value().getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException(missing);
        }
    }
}
