package io.wardroom.ingest.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.identity.AgentIdentity;
import java.util.Base64;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The contract's decision table.
class SignatureVerdictTest {
    private final Ed25519Test.Signed signed;

    SignatureVerdictTest() throws Exception {
        signed = Ed25519Test.signedByOpenssl().getFirst();
    }

    static Stream<Ed25519> implementations() {
        return Ed25519Test.implementations();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void followsTheTable(Ed25519 ed25519) {
        var good = Base64.getEncoder().encodeToString(signed.signature());
        var wrong = Base64.getEncoder().encodeToString(new byte[64]);
        var unpinned = agent(null, ed25519);
        var pinned = agent(Base64.getEncoder().encodeToString(signed.key()), ed25519);

        assertThat(unpinned.judge(signed.digest(), null)).isEqualTo(SignatureVerdict.NOT_PINNED);
        assertThat(unpinned.judge(signed.digest(), good)).isEqualTo(SignatureVerdict.NOT_PINNED);
        assertThat(unpinned.judge(signed.digest(), wrong)).isEqualTo(SignatureVerdict.NOT_PINNED);
        assertThat(pinned.judge(signed.digest(), null)).isEqualTo(SignatureVerdict.MISSING);
        assertThat(pinned.judge(signed.digest(), " ")).isEqualTo(SignatureVerdict.MISSING);
        assertThat(pinned.judge(signed.digest(), wrong)).isEqualTo(SignatureVerdict.WRONG);
        assertThat(pinned.judge(signed.digest(), "not base64!")).isEqualTo(SignatureVerdict.WRONG);
        assertThat(pinned.judge(signed.digest(), good.substring(4))).isEqualTo(SignatureVerdict.WRONG);
        assertThat(pinned.judge(signed.digest(), good)).isEqualTo(SignatureVerdict.VALID);
        assertThat(SignatureVerdict.NOT_PINNED.accepted()).isTrue();
        assertThat(SignatureVerdict.VALID.accepted()).isTrue();
        assertThat(SignatureVerdict.MISSING.accepted()).isFalse();
        assertThat(SignatureVerdict.WRONG.accepted()).isFalse();
    }

    @ParameterizedTest
    @MethodSource("implementations")
    void aPinnedKeyThatCannotBeUsedDoesNotMakeTheAgentUnpinned(Ed25519 ed25519) {
        var good = Base64.getEncoder().encodeToString(signed.signature());
        for (var unusable : new String[] {"", "AAAA", "not base64!"}) {
            var agent = agent(unusable, ed25519);

            assertThat(agent.judge(signed.digest(), good)).isEqualTo(SignatureVerdict.WRONG);
            assertThat(agent.judge(signed.digest(), null)).isEqualTo(SignatureVerdict.MISSING);
        }
    }

    private static KnownAgent agent(String pinned, Ed25519 ed25519) {
        return AgentConfiguration.known(
                new AgentIdentity(UUID.randomUUID(), UUID.randomUUID(), "00", pinned, 1), ed25519);
    }
}
