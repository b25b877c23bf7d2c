package io.wardroom.gateway.seal;

import java.util.HexFormat;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.stereotype.Component;

/// Gives each purpose a [Seal] of its own, all replicas the same.
@Component
public class Seals {
    private static final String KEY = "[0-9a-fA-F]{64}";

    /// @param key 64 hexadecimal digits, the same for all replicas
    @ConfigurationProperties("wardroom.gateway.seal")
    record SealProperties(@DefaultValue("") String key) {
        SealProperties {
            if (!key.matches(KEY)) {
                throw new IllegalArgumentException(
                        "WARDROOM_GATEWAY_SEAL_KEY must be 64 hexadecimal digits, the same for every gateway");
            }
        }

        @Override
        public String toString() {
            return "SealProperties";
        }
    }

    private final SecretKey master;

    Seals(SealProperties properties) {
        this.master = new SecretKeySpec(HexFormat.of().parseHex(properties.key()), "HKDF");
    }

    public Seal of(String purpose) {
        return new Seal(master, purpose);
    }
}
