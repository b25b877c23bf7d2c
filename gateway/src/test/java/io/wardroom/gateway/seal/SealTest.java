package io.wardroom.gateway.seal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.wardroom.gateway.seal.Seals.SealProperties;
import org.junit.jupiter.api.Test;

class SealTest {
    private final Seals seals = new Seals(new SealProperties("0f".repeat(32)));
    private final Seal seal = seals.of("session");

    @Test
    void whatIsClosedIsUnreadableAndOpensAgain() {
        var closed = seal.close("a refresh token");

        assertThat(closed).doesNotContain("refresh").isNotEqualTo(seal.close("a refresh token"));
        assertThat(seal.open(closed)).contains("a refresh token");
    }

    @Test
    void whatWasChangedOrIsOfAnotherPurposeOrKeyDoesNotOpen() {
        var closed = seal.close("a refresh token");
        var changed = (closed.charAt(0) == 'A' ? 'B' : 'A') + closed.substring(1);

        assertThat(seal.open(changed)).isEmpty();
        assertThat(seal.open("")).isEmpty();
        assertThat(seal.open("no base64 !")).isEmpty();
        assertThat(seals.of("totp").open(closed)).isEmpty();
        assertThat(new Seals(new SealProperties("10".repeat(32))).of("session").open(closed))
                .isEmpty();
    }

    @Test
    void aSignatureIsOfOneTextAndOnePurpose() {
        var signature = seal.sign("id");

        assertThat(seal.isSigned("id", signature)).isTrue();
        assertThat(seal.isSigned("ie", signature)).isFalse();
        assertThat(seal.isSigned("id", signature + "A")).isFalse();
        assertThat(seals.of("totp").isSigned("id", signature)).isFalse();
    }

    @Test
    void aKeyThatIsNoneIsRefusedWithASentence() {
        assertThatThrownBy(() -> new SealProperties("")).hasMessageContaining("64 hexadecimal digits");
    }
}
