package io.wardroom.common.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.oauth2.jwt.Jwt;

class WardroomAuthoritiesTest {
    @ParameterizedTest
    @CsvSource(textBlock = """
        owner,          ROLE_owner ROLE_admin ROLE_red_lead ROLE_blue_lead ROLE_red_tech ROLE_blue_tech ROLE_viewer ROLE_writer
        admin,          ROLE_admin ROLE_red_lead ROLE_blue_lead ROLE_red_tech ROLE_blue_tech ROLE_viewer ROLE_writer
        red_lead,       ROLE_red_lead ROLE_writer
        blue_tech,      ROLE_blue_tech ROLE_writer
        viewer,         ROLE_viewer
        offline_access, ''
        platform_admin, ROLE_platform_admin
        """)
    void aRoleGrantsWhatTheContractSays(String role, String granted) {
        var token = Jwt.withTokenValue("t")
                .header("alg", "RS256")
                .claim("realm_access", Map.of("roles", List.of(role)))
                .build();

        assertThat(new WardroomAuthorities().convert(token))
                .extracting(GrantedAuthority::getAuthority)
                .containsExactlyInAnyOrder(granted.isEmpty() ? new String[0] : granted.split(" "));
    }
}
