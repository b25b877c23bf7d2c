package io.wardroom.audit.siem;

import io.wardroom.audit.log.AuditLines.Line;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/// A syslog server: RFC 5424 over TCP (RFC 6587, octet counting) or over TLS (RFC 5425, which is the same inside).
///
/// The protocol knows no acknowledgement. So each batch is a connection: we close our end behind the last byte, and the
/// receiver closes its own once it has read that far. One that dies before gets the whole batch again.
final class SyslogReceiver implements Receiver {
    private static final int INFORMATIONAL = 6;
    private static final int WARNING = 4;
    private static final int SEVERITIES = 8;
    private static final int LONGEST_MESSAGE_ID = 32;
    private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x21-\\x7e]");

    private final URI address;
    private final SiemProperties settings;
    private final @Nullable SSLSocketFactory tls;

    /// @param tls for an address `tls://`
    SyslogReceiver(URI address, SiemProperties settings, SSLSocketFactory tls) {
        this.address = address;
        this.settings = settings;
        this.tls = switch (Objects.requireNonNullElse(address.getScheme(), "")) {
            case "tcp" -> null;
            case "tls" -> tls;
            default -> throw new IllegalArgumentException("wardroom.audit.siem.syslog is neither tcp:// nor tls://");
        };
        if (address.getHost() == null || address.getPort() < 0) {
            throw new IllegalArgumentException("wardroom.audit.siem.syslog names no host and port");
        }
    }

    @Override
    public void take(List<Line> lines) throws IOException {
        try (var socket = connect()) {
            var out = new BufferedOutputStream(socket.getOutputStream());
            for (var line : lines) {
                var message = message(line);
                out.write((message.length + " ").getBytes(StandardCharsets.US_ASCII));
                out.write(message);
            }
            out.flush();
            if (settings.confirm()) {
                socket.shutdownOutput();
                awaitEnd(socket);
            }
        }
    }

    private Socket connect() throws IOException {
        var patience = (int) settings.patience().toMillis();
        var socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), patience);
            socket.setSoTimeout(patience);
            return tls == null ? socket : secured(socket, tls);
        } catch (IOException | RuntimeException failed) {
            socket.close();
            throw failed;
        }
    }

    private Socket secured(Socket plain, SSLSocketFactory factory) throws IOException {
        var socket = (SSLSocket) factory.createSocket(plain, address.getHost(), address.getPort(), true);
        var wanted = socket.getSSLParameters();
        // the certificate has to be that host's
        wanted.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(wanted);
        socket.startHandshake();
        return socket;
    }

    private static void awaitEnd(Socket socket) throws IOException {
        var in = socket.getInputStream();
        var said = new byte[256];
        for (var most = 0; most < said.length; most++) {
            if (in.read(said) < 0) {
                return;
            }
        }
        throw new IOException("the receiver talks instead of closing its end");
    }

    /// One message. The text is JSON in UTF-8 without a byte order mark, which RFC 5424 calls MSG-ANY.
    byte[] message(Line line) {
        var priority = settings.facility() * SEVERITIES + (line.refused() ? WARNING : INFORMATIONAL);
        var head = "<%d>1 %s %s wardroom - %s - "
                .formatted(priority, line.at(), settings.hostname(), messageId(line.action()));
        var message = new ByteArrayOutputStream(head.length() + line.json().length);
        message.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        message.writeBytes(line.json());
        return message.toByteArray();
    }

    private static String messageId(String action) {
        var id = UNPRINTABLE.matcher(action).replaceAll("_");
        return id.isEmpty() ? "-" : id.length() <= LONGEST_MESSAGE_ID ? id : id.substring(0, LONGEST_MESSAGE_ID);
    }
}
