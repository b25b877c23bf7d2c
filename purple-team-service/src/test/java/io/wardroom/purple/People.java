package io.wardroom.purple;

import io.wardroom.common.event.UuidV7;
import io.wardroom.common.security.Role;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.local.Stack;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// The people of one tenant, one of each role, and what they hold to show who they are.
public final class People {
    public final TenantId tenant = new TenantId(UuidV7.next());

    private final Stack stack;
    private final Map<Role, Person> people = new EnumMap<>(Role.class);

    public record Person(Stack.User user, String token) {}

    public People(Stack stack) {
        this.stack = stack;
    }

    public Person of(Role role) {
        return people.computeIfAbsent(role, this::another);
    }

    /// One more of a role.
    public Person another(Role role) {
        var user = stack.newUser(tenant.value(), role.spelled());
        return new Person(user, stack.accessToken(user));
    }

    public String token(Role role) {
        return of(role).token();
    }

    public static List<Role> everybody() {
        return List.of(Role.values());
    }
}
