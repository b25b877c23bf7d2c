package io.wardroom.local;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.security.auth.login.AppConfigurationEntry;
import org.apache.kafka.common.security.oauthbearer.BrokerJwtValidator;
import org.apache.kafka.common.security.oauthbearer.JwtValidator;
import org.apache.kafka.common.security.oauthbearer.JwtValidatorException;
import org.apache.kafka.common.security.oauthbearer.OAuthBearerToken;
import org.jspecify.annotations.Nullable;

/// Lets Kafka's own validator judge the tokens that integrators show to the broker. That one would keep the broker from
/// starting while Keycloak does not tell its keys, and both start at once here: until it does, no token is taken.
public final class IntegratorTokens implements JwtValidator {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private volatile @Nullable JwtValidator judge;
    private volatile boolean closed;

    @Override
    public void configure(Map<String, ?> settings, String mechanism, List<AppConfigurationEntry> logins) {
        // never on the thread that asks: it serves the broker's connections
        Thread.ofPlatform().daemon().name("token-keys").start(() -> awaitKeys(settings, mechanism, logins));
    }

    private void awaitKeys(Map<String, ?> settings, String mechanism, List<AppConfigurationEntry> logins) {
        while (!closed) {
            try {
                var made = new BrokerJwtValidator();
                made.configure(settings, mechanism, logins);
                judge = made;
                return;
            } catch (RuntimeException noKeysYet) {
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            closed = true;
        }
    }

    @Override
    public OAuthBearerToken validate(String token) throws JwtValidatorException {
        var ready = judge;
        if (ready == null) {
            throw new JwtValidatorException("the keys of the tokens are not known yet");
        }
        return ready.validate(token);
    }

    @Override
    public void close() throws IOException {
        closed = true;
        var ready = judge;
        if (ready != null) {
            ready.close();
        }
    }
}
