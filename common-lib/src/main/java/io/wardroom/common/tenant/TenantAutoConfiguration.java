package io.wardroom.common.tenant;

import javax.sql.DataSource;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/// Puts every transaction of a service with a database under row-level security.
@AutoConfiguration(
        afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
        beforeName = "org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration")
@ConditionalOnClass(JdbcTransactionManager.class)
class TenantAutoConfiguration {
    @Bean
    @ConditionalOnBean(DataSource.class)
    PlatformTransactionManager transactionManager(DataSource source) {
        return new TenantTransactionManager(source);
    }
}
