package io.wardroom.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LocalPathTest {
    @ParameterizedTest
    @ValueSource(strings = {"/login", "/docs", "/alerts/", "/alerts?state=open&limit=5", "/agents/a%2Fb#top", "/a:b@c"})
    void aPathOfThisHostIsKept(String path) {
        assertThat(LocalPath.of(path).uri().toString()).isEqualTo(path);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "docs",
                "//evil.example",
                "///evil.example",
                "/\\evil.example",
                "\\\\evil.example",
                "/docs\\..\\x",
                "https://evil.example/",
                "https:evil.example",
                "javascript:alert(1)",
                "/\t/evil.example",
                "/\n/evil.example",
                " //evil.example",
                "/ok\r\nSet-Cookie: a=b",
                "/..//evil.example",
                "/docs?to=https://evil.example",
                "/%",
                "/a b",
                "/\u2215evil.example",
                "/<script>"
            })
    void anythingElseLeadsHome(String path) {
        assertThat(LocalPath.of(path)).isEqualTo(LocalPath.HOME);
    }

    @Test
    void noPathAndOneWithoutAnEndLeadHome() {
        assertThat(LocalPath.of(null)).isEqualTo(LocalPath.HOME);
        assertThat(LocalPath.of("/a".repeat(513))).isEqualTo(LocalPath.HOME);
    }
}
