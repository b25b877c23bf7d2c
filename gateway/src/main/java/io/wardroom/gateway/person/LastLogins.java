package io.wardroom.gateway.person;

import io.wardroom.common.security.Actor;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;

/// When people last logged in; to be called within a transaction of their tenant.
@Repository
public class LastLogins {
    private final JdbcClient jdbc;
    private final Clock clock;

    LastLogins(JdbcClient jdbc, Clock clock) {
        this.jdbc = jdbc;
        this.clock = clock;
    }

    private record LastLogin(UUID user, Instant at) {}

    /// Keeps that somebody has logged in now.
    public void keep(Actor actor) {
        jdbc.sql("""
                        insert into last_login (user_id, tenant_id, at) values (:user, :tenant, :at)
                        on conflict (user_id) do update set at = greatest(last_login.at, excluded.at)
                        """)
                .param("user", actor.id())
                .param("tenant", actor.tenant().value())
                .param("at", OffsetDateTime.ofInstant(clock.instant(), ZoneOffset.UTC))
                .update();
    }

    /// Who of these has never logged in is not in the answer.
    Map<UUID, Instant> of(Collection<UUID> users) {
        if (users.isEmpty()) {
            return Map.of();
        }
        return jdbc
                .sql("select user_id, at from last_login where user_id in (:users)")
                .param("users", users)
                .query((row, _) -> new LastLogin(
                        row.getObject("user_id", UUID.class),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .list()
                .stream()
                .collect(Collectors.toMap(LastLogin::user, LastLogin::at));
    }

    @Nullable
    Instant of(UUID user) {
        return of(List.of(user)).get(user);
    }
}
