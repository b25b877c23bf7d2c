package io.wardroom.common.tenant;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The tenants whose rows the current work may see; bound at the edge, read where a transaction begins.
/// Work outside any scope sees no tenant's rows at all.
public final class TenantScope {
    private static final String EVERY_TENANT = "*";
    private static final ScopedValue<String> SCOPE = ScopedValue.newInstance();

    private TenantScope() {}

    /// Does `work` for one tenant.
    public static <R, X extends Throwable> R within(TenantId tenant, ScopedValue.CallableOp<R, X> work) throws X {
        return ScopedValue.where(SCOPE, tenant.toString()).call(work);
    }

    /// Does `work` for a caller who may see several tenants' rows: a platform administrator and the platform's own.
    public static <R, X extends Throwable> R within(List<TenantId> tenants, ScopedValue.CallableOp<R, X> work)
            throws X {
        var scope = tenants.stream().map(TenantId::toString).collect(Collectors.joining(","));
        return ScopedValue.where(SCOPE, scope).call(work);
    }

    /// Does the system's own work, across tenants: a topic's listener, a scheduled job.
    public static <R> R everyTenant(Supplier<R> work) {
        return ScopedValue.where(SCOPE, EVERY_TENANT).call(work::get);
    }

    /// As [#everyTenant(Supplier)], for work without a result.
    public static void everyTenant(Runnable work) {
        ScopedValue.where(SCOPE, EVERY_TENANT).run(work);
    }

    /// The scope in the form of the database's setting `wardroom.tenant`: ids joined by commas, `*`, or nothing.
    static String asSetting() {
        return SCOPE.isBound() ? SCOPE.get() : "";
    }
}
