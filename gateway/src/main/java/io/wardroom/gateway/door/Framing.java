package io.wardroom.gateway.door;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Whether the head of a request reads one way only: which host, which path, and where its body ends. The codec refuses
/// most of what does not; this is the rest (RFC 9112, sections 3.2 and 6.3).
final class Framing {
    private static final Pattern HOST =
            Pattern.compile("([A-Za-z0-9._-]{1,253}|\\[[0-9A-Fa-f:.]{2,45}])(:[0-9]{1,5})?");
    private static final String NO_BODY_KNOWN = "the transfer encoding is not 'chunked' alone";

    /// The host that was found good last: a connection rarely names another.
    private @Nullable String lastHost;

    /// What is wrong, or null.
    @Nullable
    String faultOf(HttpRequest request) {
        var version = request.protocolVersion();
        if (!version.equals(HttpVersion.HTTP_1_1) && !version.equals(HttpVersion.HTTP_1_0)) {
            return "the version is neither HTTP/1.1 nor HTTP/1.0";
        }
        if (!isOriginForm(request.uri())) {
            return "the target is no path";
        }
        var hosts = request.headers().getAll(HttpHeaderNames.HOST);
        if (hosts.size() > 1 || (hosts.isEmpty() && version.equals(HttpVersion.HTTP_1_1))) {
            return "there is not one host";
        }
        if (!hosts.isEmpty() && !isHost(hosts.getFirst())) {
            return "the host is none";
        }
        return isBodyKnown(request) ? null : NO_BODY_KNOWN;
    }

    /// A path of this host; whole URLs and bare hosts are for proxies.
    private static boolean isOriginForm(String target) {
        if (target.isEmpty() || target.charAt(0) != '/') {
            return false;
        }
        for (int i = 0; i < target.length(); i++) {
            var sign = target.charAt(i);
            if (sign <= ' ' || sign == 0x7f || sign == '#') {
                return false;
            }
        }
        return true;
    }

    private boolean isHost(String host) {
        if (host.equals(lastHost)) {
            return true;
        }
        if (!HOST.matcher(host).matches()) {
            return false;
        }
        lastHost = host;
        return true;
    }

    private static boolean isBodyKnown(HttpRequest request) {
        var headers = request.headers();
        if (!headers.contains(HttpHeaderNames.TRANSFER_ENCODING)) {
            return true;
        }
        var encodings = headers.getAll(HttpHeaderNames.TRANSFER_ENCODING);
        return encodings.size() == 1
                && HttpHeaderValues.CHUNKED.contentEqualsIgnoreCase(encodings.getFirst())
                && request.protocolVersion().equals(HttpVersion.HTTP_1_1)
                && !headers.contains(HttpHeaderNames.CONTENT_LENGTH);
    }
}
