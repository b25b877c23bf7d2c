package io.wardroom.gateway.shortway;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.wardroom.common.problem.ProblemException;
import io.wardroom.gateway.limit.Counter;
import io.wardroom.gateway.route.Service;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.springframework.security.oauth2.jwt.Jwt;

/// A person's `GET`: its answer goes to the client as it comes.
final class Read extends Passage {
    final ReadHandler client;
    final HttpRequest asked;
    final Jwt token;
    /// What it is counted by, if it is counted.
    final Optional<Counter> counter;

    final String clientAddress;
    /// Whether the answer has begun: it cannot become another one any more.
    boolean begunAnswer;

    boolean secure;
    /// Whether the connection ends with it.
    boolean last;

    int status;

    Read(
            ReadHandler client,
            HttpRequest asked,
            Service service,
            Jwt token,
            Optional<Counter> counter,
            String clientAddress) {
        super(service, asked.headers(), HttpUtil.isKeepAlive(asked));
        this.client = client;
        this.asked = asked;
        this.token = token;
        this.counter = counter;
        this.clientAddress = clientAddress;
    }

    @Override
    FullHttpRequest request(String host) {
        headers.set(HttpHeaderNames.HOST, host);
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1,
                HttpMethod.GET,
                asked.uri(),
                Unpooled.EMPTY_BUFFER,
                headers,
                EmptyHttpHeaders.INSTANCE);
    }

    @Override
    void head(HttpResponse head) {
        client.head(this, head);
    }

    @Override
    void content(HttpContent part) {
        client.content(this, part);
    }

    @Override
    void flush() {
        client.flush(this);
    }

    @Override
    void refuse(ProblemException refusal) {
        client.refuse(this, refusal);
    }

    @Override
    void late() {
        if (begunAnswer && client.waitsForClient()) {
            client.loop().heardOf(this);
            return;
        }
        abandon();
        client.loop().failed(this, new TimeoutException("no answer in time"));
    }
}
