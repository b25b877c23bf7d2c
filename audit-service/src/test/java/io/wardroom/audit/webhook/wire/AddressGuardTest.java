package io.wardroom.audit.webhook.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressGuardTest {
    private final AddressGuard guard = guard();

    private static AddressGuard guard(String... allow) {
        return new AddressGuard(settings(allow), InetAddress::getAllByName);
    }

    private static WireProperties settings(String... allow) {
        var second = Duration.ofSeconds(1);
        return new WireProperties(List.of(allow), List.of(), second, second, second, 10);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "10.0.0.1",
                "10.255.255.255",
                "100.64.0.1",
                "100.100.100.200",
                "127.0.0.1",
                "127.255.0.1",
                "127.1",
                "2130706433",
                "169.254.169.254",
                "168.63.129.16",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.192",
                "192.0.2.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "239.255.255.250",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:10.0.0.1",
                "::ffff:127.0.0.1",
                "::7f00:1",
                "64:ff9b::7f00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:7f00:1::",
                "3fff::1",
                "fc00::1",
                "fd00:ec2::254",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void anAddressInsideIsRefused(String address) {
        assertThat(guard.refuses(address)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "9.255.255.255",
                "11.0.0.1",
                "100.63.255.255",
                "100.128.0.1",
                "172.15.0.1",
                "172.32.0.1",
                "169.253.0.1",
                "192.167.0.1",
                "223.255.255.255",
                "2606:4700:4700::1111",
                "2a00:1450:4001::1"
            })
    void aPublicAddressIsNot(String address) {
        assertThat(guard.refuses(address)).isFalse();
    }

    @Test
    void ofANameThatHasBothTheAddressInsideIsPassedOver() throws Exception {
        var inside = InetAddress.getByName("10.0.0.1");
        var outside = InetAddress.getByName("1.1.1.1");

        assertThat(new AddressGuard(settings(), _ -> new InetAddress[] {inside, outside}).addressesOf("both.example"))
                .containsExactly(outside);
        assertThat(new AddressGuard(settings(), _ -> new InetAddress[] {inside}).refuses("inside.example"))
                .isTrue();
    }

    @Test
    void networksThatAreNamedMayBeReached() {
        var open = guard("10.1.0.0/16", "::1", " ");

        assertThat(open.refuses("10.1.2.3")).isFalse();
        assertThat(open.refuses("10.2.0.1")).isTrue();
        assertThat(open.refuses("[::1]")).isFalse();
        assertThat(open.refuses("127.0.0.1")).isTrue();
        assertThatThrownBy(() -> guard("nonsense/8")).isInstanceOf(IllegalArgumentException.class);
    }
}
