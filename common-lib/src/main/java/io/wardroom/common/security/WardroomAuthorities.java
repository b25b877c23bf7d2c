package io.wardroom.common.security;

import java.util.ArrayList;
import java.util.Collection;
import org.springframework.core.convert.converter.Converter;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;

/// Turns a token's roles into authorities. `admin` and `owner` pass every role check; otherwise a line is no
/// inheritance: a lead is not a technician. `writer` is any role but viewer.
public final class WardroomAuthorities implements Converter<Jwt, Collection<GrantedAuthority>> {
    @Override
    public Collection<GrantedAuthority> convert(Jwt token) {
        var roles = Actor.rolesOf(token);
        var authorities = new ArrayList<GrantedAuthority>();
        Role.highestOf(roles).ifPresent(highest -> {
            var passesAll = highest == Role.OWNER || highest == Role.ADMIN;
            for (var role : Role.values()) {
                if (roles.contains(role.spelled()) || passesAll && role != Role.OWNER) {
                    authorities.add(authority(role.spelled()));
                }
            }
            if (highest != Role.VIEWER) {
                authorities.add(authority("writer"));
            }
        });
        if (roles.contains(Role.PLATFORM_ADMIN)) {
            authorities.add(authority(Role.PLATFORM_ADMIN));
        }
        return authorities;
    }

    private static GrantedAuthority authority(String role) {
        return new SimpleGrantedAuthority("ROLE_" + role);
    }
}
