package io.wardroom.gateway.person;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.wardroom.common.security.Actor;
import io.wardroom.common.security.Role;
import io.wardroom.gateway.answer.Fields;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What is sent to make or change a user.
public final class UserForms {
    private UserForms() {}

    /// One of the seven roles.
    public static Role role(Fields fields, @Nullable String name) {
        var found = Arrays.stream(Role.values())
                .filter(role -> role.spelled().equals(name))
                .findFirst();
        if (found.isEmpty()) {
            fields.wrong(
                    "role",
                    "must be one of "
                            + Arrays.stream(Role.values()).map(Role::spelled).collect(Collectors.joining(", ")));
        }
        return found.orElse(Role.VIEWER);
    }

    record NewUserForm(
            @Nullable String username,
            @Nullable String email,
            @Nullable String password,
            @Nullable String role) {
        /// @throws io.wardroom.common.problem.ProblemException naming every field at fault
        CreateUser wish(Actor actor) {
            var fields = new Fields();
            var wish = new CreateUser(
                    actor,
                    fields.username("username", username),
                    fields.email("email", email),
                    fields.password("password", password),
                    UserForms.role(fields, role));
            fields.check();
            return wish;
        }

        /// Never shows the password.
        @Override
        public String toString() {
            return "NewUserForm[username=" + username + "]";
        }
    }

    record ChangeForm(
            @Nullable String email,
            @Nullable String role,
            @JsonProperty("is_active") @Nullable Boolean active,
            @Nullable String password) {
        /// @throws io.wardroom.common.problem.ProblemException naming every field at fault
        ChangeUser wish(Actor actor, UUID user) {
            var fields = new Fields();
            if (email == null && role == null && active == null && password == null) {
                fields.wrong("body", "names nothing to change");
            }
            var wish = new ChangeUser(
                    actor,
                    user,
                    Optional.ofNullable(email)
                            .map(text -> fields.email("email", text))
                            .orElse(null),
                    Optional.ofNullable(role)
                            .map(name -> UserForms.role(fields, name))
                            .orElse(null),
                    active,
                    Optional.ofNullable(password)
                            .map(word -> fields.password("password", word))
                            .orElse(null));
            fields.check();
            return wish;
        }

        /// Never shows the password.
        @Override
        public String toString() {
            return "ChangeForm[role=%s, active=%s]".formatted(role, active);
        }
    }
}
