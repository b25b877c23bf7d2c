package io.wardroom.common.tenant;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.transaction.TransactionDefinition;

/// Tells PostgreSQL at the begin of each transaction whose rows it may touch, in the setting `wardroom.tenant`: ids
/// joined by commas, or `*`. The tables' policies read it, each once a statement.
final class TenantTransactionManager extends JdbcTransactionManager {
    private final DataSource source;

    TenantTransactionManager(DataSource source) {
        super(source);
        this.source = source;
    }

    @Override
    protected void doBegin(Object transaction, TransactionDefinition definition) {
        super.doBegin(transaction, definition);
        var connection = DataSourceUtils.getConnection(source);
        // local to the transaction: the pooled connection forgets it at commit and rollback
        try (var statement = connection.prepareStatement("select set_config('wardroom.tenant', ?, true)")) {
            statement.setString(1, TenantScope.asSetting());
            statement.execute();
        } catch (SQLException refused) {
            doCleanupAfterCompletion(transaction);
            throw new CannotCreateTransactionException("the tenant's scope was not taken", refused);
        }
    }
}
