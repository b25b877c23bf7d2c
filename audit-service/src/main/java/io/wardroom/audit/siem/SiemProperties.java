package io.wardroom.audit.siem;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Where the audit log is sent as it is written; without an address nowhere.
///
/// @param syslog      `tcp://host:port` or `tls://host:port`
/// @param hostname    the name under which the hub speaks there
/// @param facility    13 is the log audit (RFC 5424, table 1)
/// @param confirm     whether the receiver has to close its end before a batch counts as delivered; off for one that
///                    keeps it open, at the price of what is under way when the receiver dies
/// @param otlp        such as `https://collector:4318/v1/logs`
/// @param otlpHeaders sent along, a token for one
/// @param sslBundle   names one of `spring.ssl.bundle.*` with the receiver's authority and our certificate; without,
///                    the authorities that Java trusts
/// @param patience    how long a receiver may take
@ConfigurationProperties("wardroom.audit.siem")
record SiemProperties(
        @Nullable URI syslog,
        @DefaultValue("wardroom") String hostname,
        @DefaultValue("13") int facility,
        @DefaultValue("true") boolean confirm,
        @Nullable URI otlp,
        @DefaultValue Map<String, String> otlpHeaders,
        @Nullable String sslBundle,
        @DefaultValue("10s") Duration patience) {
    SiemProperties {
        otlpHeaders = Map.copyOf(otlpHeaders);
        if (facility < 0 || facility > 23) {
            throw new IllegalArgumentException("wardroom.audit.siem.facility is none of 0 to 23");
        }
    }

    @Override
    public String toString() {
        return "SiemProperties[syslog=%s, otlp=%s]".formatted(syslog, otlp);
    }
}
