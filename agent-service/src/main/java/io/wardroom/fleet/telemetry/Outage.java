package io.wardroom.fleet.telemetry;

import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.kafka.KafkaException;
import org.springframework.transaction.TransactionException;

/// Tells a dependency that is away from a record that is bad: the one is waited for, the other put aside.
public final class Outage {
    private Outage() {}

    public static boolean isBehind(@Nullable Throwable failure) {
        for (var link = failure; link != null; link = link.getCause()) {
            if (link instanceof SQLTransientException
                    || link instanceof SQLRecoverableException
                    || link instanceof TransactionException
                    || link instanceof TransientDataAccessException
                    || link instanceof RecoverableDataAccessException
                    || link instanceof DataAccessResourceFailureException
                    || link instanceof KafkaException) {
                return true;
            }
        }
        return false;
    }
}
