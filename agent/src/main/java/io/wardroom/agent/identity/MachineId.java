package io.wardroom.agent.identity;

import io.wardroom.agent.host.HostFiles;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// What names this machine to the hub: 32 hex digits.
///
/// The host's own id is confidential (machine-id(5)), so what leaves the host is a keyed hash of it, made as
/// `sd_id128_get_machine_app_specific(3)` makes it.
final class MachineId {
    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");
    /// Names this application; drawn once at random.
    private static final byte[] APPLICATION = HexFormat.of().parseHex("6f1d9b0c5e7a4a4e9b8f21c37d60a5e2");

    private MachineId() {}

    static Optional<String> ofHost(HostFiles files) throws IOException {
        for (var path : new String[] {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
            var id = files.text(path, 64).map(String::strip).filter(text -> ID.matcher(text)
                    .matches());
            if (id.isPresent()) {
                return id.map(MachineId::derived);
            }
        }
        return Optional.empty();
    }

    static String generate() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    static String derived(String hostId) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(HexFormat.of().parseHex(hostId), "HmacSHA256"));
            var id = java.util.Arrays.copyOf(mac.doFinal(APPLICATION), 16);
            // a UUID of version 4, as systemd marks it
            id[6] = (byte) (id[6] & 0x0F | 0x40);
            id[8] = (byte) (id[8] & 0x3F | 0x80);
            return HexFormat.of().formatHex(id);
        } catch (GeneralSecurityException missing) {
            throw new IllegalStateException("this JDK has no HmacSHA256", missing);
        }
    }
}
