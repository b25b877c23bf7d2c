package io.wardroom.agent.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SocketsTest {
    @Test
    void aSocketOfThisProcessIsFoundWithItsOwner() throws Exception {
        var sockets = new Sockets(new HostFiles(Path.of("/")));
        try (var listening = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var found = sockets.listening().stream()
                    .filter(socket -> socket.localPort() == listening.getLocalPort())
                    .toList();

            assertThat(found).singleElement().satisfies(socket -> {
                assertThat(socket.localAddress()).isEqualTo("127.0.0.1");
                assertThat(sockets.owners().get(socket.inode()).pid())
                        .isEqualTo((int) ProcessHandle.current().pid());
            });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "00000000000000000000000000000000, ::",
        "00000000000000000000000001000000, ::1",
        "000080FE00000000FF005450B6AD1DFE, fe80::5054:ff:fe1d:adb6",
        "0000000000000000FFFF00000100007F, 127.0.0.1",
        "B80D0120000000000000000001000000, 2001:db8::1",
    })
    void addressesAreReadAsLittleEndianWords(String hex, String address) {
        var line = "   0: " + hex
                + ":1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000  0  0 4711 1"
                + " x";

        var socket = Sockets.parse("tcp6", "0A", line).orElseThrow();

        assertThat(socket.localAddress()).isEqualTo(address);
        assertThat(socket.localPort()).isEqualTo(8080);
        assertThat(socket.inode()).isEqualTo(4711);
    }

    @ParameterizedTest
    @CsvSource({
        "'  sl  local_address rem_address   st'",
        "'0: ZZZZZZZZ:0016 00000000:0000 0A 0:0 0:0 0 0 0 1'",
        "'0: 0100007F 00000000:0000 0A 0:0 0:0 0 0 0 1'",
        "'0: 0100007F:0016 00000000:0000 01 0:0 0:0 0 0 0 1'",
        "'0: 010000:0016 00000000:0000 0A 0:0 0:0 0 0 0 1'",
        "''",
    })
    void otherLinesAreNone(String line) {
        assertThat(Sockets.parse("tcp", "0A", line)).isEmpty();
    }
}
