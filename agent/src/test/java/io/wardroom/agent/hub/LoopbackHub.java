package io.wardroom.agent.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.wardroom.agent.json.Json;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;

/// The hub's side of the agent's three routes on the loopback, with answers that a test can put in order.
///
/// It checks what the real one checks: the token, and each batch's signature over the exact bytes with the key
/// pinned at registration.
public final class LoopbackHub implements AutoCloseable {
    public static final String AGENT_ID = "0190f3c0-0000-7000-8000-000000000001";
    public static final String TOKEN = "ms_the-agents-own-token";
    public static final String ENROLMENT = "we_enrolment-token";

    /// A request as it came.
    ///
    /// @param json the body, uncompressed
    public record Request(String path, String token, Map<String, Object> json, byte[] body, boolean validSignature) {}

    /// An answer instead of the usual one.
    public record Answer(int status, Map<String, String> headers, String body) {}

    private final HttpServer server;
    private final Queue<Answer> scripted = new ConcurrentLinkedQueue<>();
    public final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile byte[] pinned = new byte[0];
    private volatile int registerStatus = 201;
    private volatile String desired = "{}";
    private volatile Runnable beforeIngestAnswer = () -> {};

    public LoopbackHub() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 50);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    /// The next requests, whatever their route, get these answers.
    public void answers(Answer... answers) {
        scripted.addAll(List.of(answers));
    }

    public void answers(int status, String body) {
        answers(new Answer(status, Map.of(), body));
    }

    /// What the answers to heartbeats wish for.
    public void desires(String json) {
        desired = json;
    }

    public void registersWith(int status) {
        registerStatus = status;
    }

    public void beforeIngestAnswer(Runnable action) {
        beforeIngestAnswer = action;
    }

    public List<Request> batches() {
        return requests.stream()
                .filter(request -> request.path().equals("/api/v1/ingest"))
                .toList();
    }

    public List<Request> to(String path) {
        return requests.stream().filter(request -> request.path().equals(path)).toList();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var body = exchange.getRequestBody().readAllBytes();
            var path = exchange.getRequestURI().getPath();
            var headers = exchange.getRequestHeaders();
            var plain = "gzip".equals(headers.getFirst("Content-Encoding"))
                    ? new GZIPInputStream(new ByteArrayInputStream(body)).readAllBytes()
                    : body;
            var json = Json.readObject(plain);
            var token = headers.getFirst("Authorization").replaceFirst("^Bearer ", "");
            var signed = verified(body, headers.getFirst("X-Monsys-Signature"));
            requests.add(new Request(path, token, json, body, signed));
            var answer = scripted.poll();
            if (answer == null) {
                answer = usual(path, token, json, signed);
            }
            if (path.equals("/api/v1/ingest")) {
                beforeIngestAnswer.run();
            }
            answer.headers().forEach(exchange.getResponseHeaders()::add);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            var bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    private Answer usual(String path, String token, Map<String, Object> json, boolean signed) {
        if (path.equals("/api/v1/agents/register")) {
            if (registerStatus == 201) {
                pinned = Base64.getDecoder().decode((String) json.get("signing_pubkey"));
            }
            return registerStatus == 201
                    ? new Answer(201, Map.of(), """
                        {"agent_id":"%s","agent_token":"%s","hub_public_key":"aGVsbG8="}\
                        """.formatted(AGENT_ID, TOKEN))
                    : new Answer(registerStatus, Map.of(), """
                        {"detail":"no","code":"UNAUTHORIZED"}\
                        """);
        }
        if (!token.equals(TOKEN)) {
            return new Answer(401, Map.of(), """
                {"detail":"unknown token","code":"UNAUTHORIZED"}\
                """);
        }
        if (path.equals("/api/v1/ingest")) {
            return signed
                    ? new Answer(
                            202, Map.of(), """
                                {"batch_id":"%s","accepted":%d,"duplicate":false,"rejected":[],"retry_after":null,"server_time":"2026-01-31T09:15:00Z"}\
                                """.formatted(json.get("batch_id"), ((List<?>) json.get("items")).size()))
                    : new Answer(403, Map.of(), """
                        {"detail":"signature","code":"FORBIDDEN"}\
                        """);
        }
        return new Answer(200, Map.of(), """
            {"status":"online","server_time":"2026-01-31T09:15:00Z","desired":%s}\
            """.formatted(desired));
    }

    private boolean verified(byte[] body, String signature) {
        if (signature == null || pinned.length == 0) {
            return false;
        }
        try {
            var spki = HexFormat.of()
                    .parseHex("302a300506032b6570032100" + HexFormat.of().formatHex(pinned));
            var verifier = Signature.getInstance("Ed25519");
            verifier.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(spki)));
            verifier.update(MessageDigest.getInstance("SHA-256").digest(body));
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException broken) {
            return false;
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
