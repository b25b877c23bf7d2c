package io.wardroom.audit.webhook;

import java.sql.SQLRecoverableException;
import java.sql.SQLTransientException;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.RecoverableDataAccessException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.transaction.TransactionException;

/// Tells a database that is away, or busy, from one that refuses.
final class Outage {
    private Outage() {}

    static boolean isBehind(@Nullable Throwable failure) {
        for (var link = failure; link != null; link = link.getCause()) {
            if (link instanceof SQLTransientException
                    || link instanceof SQLRecoverableException
                    || link instanceof TransactionException
                    || link instanceof TransientDataAccessException
                    || link instanceof RecoverableDataAccessException
                    || link instanceof DataAccessResourceFailureException) {
                return true;
            }
        }
        return false;
    }
}
