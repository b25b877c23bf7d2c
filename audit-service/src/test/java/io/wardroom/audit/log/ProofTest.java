package io.wardroom.audit.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.wardroom.audit.OnRealServers;
import io.wardroom.audit.proof.Checkpoints;
import io.wardroom.audit.verify.AuditVerify;
import io.wardroom.common.audit.AuditAction;
import io.wardroom.common.event.Topics;
import io.wardroom.common.event.UuidV7;
import io.wardroom.common.tenant.TenantId;
import io.wardroom.common.tenant.TenantScope;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionTemplate;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// From a deed to a proof that a stranger can check, and what the verifier says when somebody tampers.
class ProofTest extends OnRealServers {
    @Autowired
    private AuditLog log;

    @Autowired
    private Checkpoints checkpoints;

    @Autowired
    private JdbcClient jdbc;

    @Autowired
    private TransactionTemplate transaction;

    @TempDir
    private Path elsewhere;

    @Test
    void aDeedIsProvenAndThePastStays() throws Exception {
        var token = token("admin");
        assertThat(get("/checkpoint", token).get("tree_size").asLong())
                .as("ahead of all")
                .isZero();
        var deeds = someDeeds(5);
        for (var deed : deeds) {
            publish(deed);
        }

        await("a checkpoint of them").atMost(PATIENCE).until(() -> size(token) >= 5);
        var before = get("/checkpoint", token);
        var proof = get("/" + deeds.get(3).id() + "/proof", token);
        assertThat(proof.get("leaf_index").asLong()).isEqualTo(3);
        var input = bytes(proof.get("leaf_input"));
        assertThat(bytes(proof.get("leaf_hash"))).isEqualTo(sha256(new byte[] {0}, input));
        assertThat(json.readTree(input).at("/row/username").asString()).isEqualTo("ada");
        assertThat(includes(proof, rootOf(proof.get("tree_size").asLong()))).isTrue();

        log.store(someDeeds(9));
        await("a checkpoint of these, too").atMost(PATIENCE).until(() -> size(token) >= 14);
        var after = get("/checkpoint", token);
        assertThat(bytes(after.get("root_hash")))
                .isEqualTo(rootOf(after.get("tree_size").asLong()));
        var shown = get(
                "/consistency?from=%d&to=%d"
                        .formatted(
                                before.get("tree_size").asLong(),
                                after.get("tree_size").asLong()),
                token);
        assertThat(isBeginning(before, after, hashes(shown))).isTrue();
        assertThat(status("/" + UuidV7.next() + "/proof", token)).isEqualTo(404);
        assertThat(status("/" + deeds.get(3).id() + "/proof?tree_size=3", token))
                .isEqualTo(400);
        assertThat(includes(get("/" + deeds.get(3).id() + "/proof?tree_size=4", token), rootOf(4)))
                .isTrue();
        var stranger = STACK.accessToken(STACK.newUser(UuidV7.next(), "owner"));
        assertThat(status("/" + deeds.get(3).id() + "/proof", stranger)).isEqualTo(404);
        assertThat(status("/checkpoint?tenant_id=" + tenant, stranger)).isEqualTo(404);
        assertThat(status("/checkpoint", token("blue_lead"))).isEqualTo(403);
    }

    @Test
    void aCheckpointIsAlsoPublished() throws Exception {
        log.store(someDeeds(3));

        var settings = Map.<String, Object>of(
                "bootstrap.servers", STACK.kafka(), "group.id", "reader-" + tenant, "auto.offset.reset", "earliest");
        try (var reader = new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            reader.subscribe(List.of(Checkpoints.TOPIC));
            var found = new ArrayList<JsonNode>();
            await("the checkpoint").atMost(PATIENCE).until(() -> {
                reader.poll(Duration.ofMillis(200)).forEach(record -> {
                    if (record.key().equals(tenant.toString())) {
                        found.add(json.readTree(record.value()));
                    }
                });
                return !found.isEmpty();
            });
            assertThat(found.getLast().get("note").asString())
                    .isEqualTo(get("/checkpoint", token("owner")).get("note").asString());
        }
    }

    @Test
    void aCheckpointIsAlsoLaidIntoTheArchive() throws Exception {
        log.store(someDeeds(3));

        try (var store = S3Client.builder()
                .endpointOverride(URI.create(STACK.s3Endpoint()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(STACK.s3AccessKey(), STACK.s3SecretKey())))
                .build()) {
            var place = "wardroom/local/%s/%020d".formatted(tenant, 3);
            await("the object").atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> assertThat(
                            store.getObjectAsBytes(
                                            get -> get.bucket(STACK.s3Bucket()).key(place))
                                    .asUtf8String())
                    .isEqualTo(get("/checkpoint", token("owner")).get("note").asString()));
        }
    }

    @Test
    void rowsThatComeAgainAndAtTwoPlacesHaveOneLeaf() throws Exception {
        var deeds = someDeeds(600);
        var others = deeds.stream()
                .map(deed -> withTenant(deed, UuidV7.next()))
                .limit(20)
                .toList();
        // as two replicas do while a partition moves from one to the other: no memory is shared between the calls
        try (var replicas = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = IntStream.range(0, 40)
                    .mapToObj(i -> replicas.submit(() -> {
                        var from = i * 15 % 600;
                        var part = new ArrayList<>(deeds.subList(from, Math.min(600, from + 60)));
                        part.addAll(i % 2 == 0 ? others : others.reversed());
                        log.store(part);
                        checkpoints.signGrown();
                    }))
                    .toList();
            for (var call : calls) {
                call.get();
            }
        }

        log.store(deeds);
        assertThat(leaves(tenant)).isEqualTo(600);
        var kept = keepCheckpoint(token("admin"));
        assertThat(verified(export(token("admin")), kept)).contains("INTACT: ").doesNotContain("NOT");
    }

    @Test
    void tamperingIsNamed() throws Exception {
        var token = token("owner");
        log.store(someDeeds(300));
        var older = keepCheckpoint(token);
        log.store(someDeeds(41));
        var newer = keepCheckpoint(token);
        var lines = export(token).lines().toList();
        assertThat(verified(lines, older, newer)).startsWith("INTACT: 341 rows, 2 checkpoints agree");

        assertThat(verified(changed(lines, 17, row -> row.put("username", "adb")), older, newer))
                .contains("changed: row 17 (")
                .contains("what is shown is not what was hashed");
        assertThat(verified(changed(lines, 17, ProofTest::changeAByteOfTheInput), older, newer))
                .contains("changed: row 17 (")
                .contains("the content is not what the leaf is the hash of");
        assertThat(verified(lines.subList(0, 330), older, newer))
                .contains("truncated: rows 330 to 340 are missing at the end: a checkpoint has 341 rows");
        assertThat(verified(without(lines, 5), older, newer)).contains("removed: row 5 is missing");
        var swapped = new ArrayList<>(lines);
        Collections.swap(swapped, 8, 9);
        assertThat(verified(swapped, older, newer))
                .contains("reordered: row 8 (")
                .doesNotContain("removed");
        assertThat(verified(rebuilt(swapped), older, newer))
                .contains("rewritten: rows 0 to 299 are not those of the checkpoint of 300 rows");
        assertThat(verified(rebuilt(without(lines, 320)), older, newer)).contains("truncated: rows 340 to 340");
        var twice = new ArrayList<>(lines);
        twice.add(lines.get(3));
        assertThat(verified(twice, older, newer)).contains("repeated: row 3 (");
        Files.writeString(older, Files.readString(older).replace("\\n300\\n", "\\n301\\n"));
        assertThat(verified(lines, older)).contains("forged: ");
    }

    @Test
    void whatIsChangedInTheDatabaseIsFound() throws Exception {
        var token = token("owner");
        var deeds = someDeeds(20);
        log.store(deeds);
        var kept = keepCheckpoint(token);

        asOwner("update audit_log set username = 'mallory' where id = '%s'"
                .formatted(deeds.get(4).id()));

        assertThat(verified(export(token), kept))
                .contains("changed: row 4 (" + deeds.get(4).id());
    }

    @Test
    void anErasedRowLeavesItsLeafAndATrace() throws Exception {
        var token = token("owner");
        var deeds = someDeeds(10);
        log.store(deeds);
        var kept = keepCheckpoint(token);

        asOwner("select erase_audit_row('%s', 'court order')"
                .formatted(deeds.get(6).id()));

        assertThat(total(get("?entity_type=agent", token))).isEqualTo(9);
        var proof = get("/" + deeds.get(6).id() + "/proof?tree_size=10", token);
        assertThat(proof.get("leaf_input").isNull()).isTrue();
        assertThat(includes(proof, rootOf(10))).isTrue();
        await("the trace has its leaf").atMost(PATIENCE).until(() -> export(token)
                .contains("audit_row_erased"));
        var newer = keepCheckpoint(token);
        assertThat(verified(export(token), kept, newer))
                .contains("1 rows were erased")
                .contains("\nINTACT");
        assertThat(get("?action=audit_row_erased", token)
                        .at("/items/0/details/reason")
                        .asString())
                .isEqualTo("court order");
    }

    @Test
    void hostileTextsComeThroughEveryWay() throws Exception {
        var token = token("owner");
        var texts = List.of(
                "=HYPERLINK(\"http://x\")",
                "+1",
                "-1",
                "@x",
                "\tx",
                "a\"b,c\r\nd",
                "'; drop table audit_log; --",
                "<script>alert(1)</script>",
                "nul \u0000 and half \ud83d of one",
                "🦊 \u202e \u2028",
                "x".repeat(10_000));
        for (var text : texts) {
            // half a character has no form in UTF-8, but one in JSON's texts; in names Jackson takes none
            var name = text.replace("\ud83d ", "");
            var deed =
                    aDeed("login", "success", text, text, Map.of(name, List.of(text, 1.5, 9007199254740993L, 1e300)));
            publishRaw(json.writer().with(JsonWriteFeature.ESCAPE_NON_ASCII).writeValueAsString(deed));
        }
        publish(aDeed("x".repeat(10_000), "success"));
        var raw = json.valueToTree(aDeed("login", "success"));
        publishRaw(((ObjectNode) raw).put("told_by_a_newer_service", true).toString());
        publishRaw(((ObjectNode) raw.deepCopy())
                .put("id", UuidV7.next().toString())
                .putNull("action")
                .toString());
        publishRaw("null");

        await("them").atMost(PATIENCE).untilAsserted(() -> assertThat(total(get("?entity_type=agent", token)))
                .isEqualTo(texts.size() + 2));
        var shown = get("?action=login&limit=100", token)
                .get("items")
                .valueStream()
                .map(row -> row.get("username").asString());
        assertThat(shown)
                .containsAll(Stream.concat(
                                texts.stream().filter(text -> !text.startsWith("nul")),
                                Stream.of("nul \uFFFD and half \uFFFD of one"))
                        .toList());
        var kept = keepCheckpoint(token);
        assertThat(verified(export(token), kept)).contains("INTACT: ").doesNotContain("NOT");
        var csv = send("/export?format=csv&entity_type=agent", token);
        assertThat(csv.headers().firstValue("content-type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/csv"));
        assertThat(csv.body())
                .startsWith("\"leaf_index\",\"id\",\"timestamp\"")
                .contains(",\"'=HYPERLINK(\"\"http://x\"\")\",")
                .contains(",\"'+1\",", ",\"'-1\",", ",\"'@x\",", ",\"'\tx\",", ",\"a\"\"b,c\r\nd\",")
                .doesNotContainPattern("(^|[,\\n])\"[=+@]");
    }

    @Test
    void anExportKeepsToItsFilter() throws Exception {
        var token = token("owner");
        log.store(List.of(aDeed("login", "success"), aDeed("login", "refused"), aDeed("logout", "success")));

        var lines = export(token, "&action=login&outcome=refused").lines().toList();

        assertThat(lines).hasSize(1);
        assertThat(json.readTree(lines.getFirst()).get("leaf_index").asInt()).isEqualTo(1);
        assertThat(status("/export?tenant_id=" + UuidV7.next(), token)).isEqualTo(404);
        assertThat(status("/export", token("viewer"))).isEqualTo(403);
    }

    private List<AuditAction> someDeeds(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> aDeed("login", "success", "ada", "17", Map.of("try", i)))
                .toList();
    }

    private static AuditAction withTenant(AuditAction deed, UUID tenant) {
        return new AuditAction(
                UuidV7.next(),
                tenant,
                deed.actorType(),
                deed.userId(),
                deed.username(),
                deed.action(),
                deed.entityType(),
                deed.entityId(),
                deed.timestamp(),
                deed.outcome(),
                deed.reason(),
                deed.sourceIp(),
                deed.userAgent(),
                deed.requestId(),
                deed.details());
    }

    private void publishRaw(String record) throws Exception {
        kafka.send(Topics.AUDIT_ACTIONS, tenant.toString(), record.getBytes(StandardCharsets.UTF_8))
                .get();
    }

    private long size(String token) throws Exception {
        return get("/checkpoint", token).get("tree_size").asLong();
    }

    private long leaves(UUID of) {
        return TenantScope.within(
                new TenantId(of),
                () -> transaction.execute(_ -> jdbc.sql("select count(*) from audit_leaf")
                        .query(Long.class)
                        .single()));
    }

    private static void asOwner(String sql) throws Exception {
        try (var connection =
                        DriverManager.getConnection(DATABASE.url(), DATABASE.ownerUser(), DATABASE.ownerPassword());
                var statement = connection.createStatement()) {
            statement.execute("set wardroom.tenant = '*'");
            statement.execute(sql);
        }
    }

    private String export(String token) throws Exception {
        return export(token, "");
    }

    private String export(String token, String query) throws Exception {
        var response = send("/export?format=ndjson" + query, token);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return response.body();
    }

    /// Keeps the newest checkpoint where the hub cannot reach it.
    private Path keepCheckpoint(String token) throws Exception {
        var rows = leaves(tenant);
        await("a checkpoint of all rows").atMost(PATIENCE).until(() -> size(token) >= rows);
        var kept = get("/checkpoint", token);
        Files.writeString(elsewhere.resolve("key"), kept.get("verifier_key").asString());
        return Files.writeString(
                elsewhere.resolve(kept.get("tree_size").asString() + "-" + UuidV7.next()), kept.toString());
    }

    private String verified(String export, Path... kept) {
        return verified(export.lines().toList(), kept);
    }

    private String verified(List<String> export, Path... kept) {
        var arguments = new ArrayList<>(
                List.of("--export", "-", "--key", elsewhere.resolve("key").toString()));
        for (var checkpoint : kept) {
            arguments.addAll(List.of("--checkpoints", checkpoint.toString()));
        }
        var told = new ByteArrayOutputStream();
        AuditVerify.run(
                arguments,
                new ByteArrayInputStream(String.join("\n", export).getBytes(StandardCharsets.UTF_8)),
                new PrintStream(told, true, StandardCharsets.UTF_8));
        return told.toString(StandardCharsets.UTF_8);
    }

    private List<String> changed(List<String> lines, int index, Consumer<ObjectNode> tampering) {
        var row = (ObjectNode) json.readTree(lines.get(index));
        tampering.accept(row);
        var changed = new ArrayList<>(lines);
        changed.set(index, row.toString());
        return changed;
    }

    private static void changeAByteOfTheInput(ObjectNode row) {
        var input = bytes(row.get("leaf_input"));
        input[input.length / 2] ^= 1;
        row.put("leaf_input", Base64.getEncoder().encodeToString(input));
    }

    private static List<String> without(List<String> lines, int index) {
        var fewer = new ArrayList<>(lines);
        fewer.remove(index);
        return fewer;
    }

    /// The tree made anew over what is there, as one does who holds the database.
    private List<String> rebuilt(List<String> lines) {
        return IntStream.range(0, lines.size())
                .mapToObj(
                        i -> changed(lines, i, row -> row.put("leaf_index", i)).get(i))
                .toList();
    }

    private byte[] rootOf(long size) {
        var leaves = TenantScope.within(
                new TenantId(tenant),
                () -> transaction.execute(_ -> jdbc.sql("select leaf_hash from audit_leaf order by leaf_index limit ?")
                        .param(size)
                        .query((row, _) -> row.getBytes(1))
                        .list()));
        return root(leaves);
    }

    private static byte[] root(List<byte[]> leaves) {
        if (leaves.size() == 1) {
            return leaves.getFirst();
        }
        var k = Integer.highestOneBit(leaves.size() - 1);
        return node(root(leaves.subList(0, k)), root(leaves.subList(k, leaves.size())));
    }

    /// RFC 9162, section 2.1.3.2.
    private static boolean includes(JsonNode proof, byte[] root) {
        var fn = proof.get("leaf_index").asLong();
        var sn = proof.get("tree_size").asLong() - 1;
        var r = bytes(proof.get("leaf_hash"));
        for (var p : hashes(proof)) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                r = node(p, r);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                r = node(r, p);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && Arrays.equals(r, root);
    }

    /// RFC 9162, section 2.1.4.2.
    private static boolean isBeginning(JsonNode before, JsonNode after, List<byte[]> hashes) {
        var first = before.get("tree_size").asLong();
        var firstRoot = bytes(before.get("root_hash"));
        var path = new ArrayList<>(hashes);
        if (Long.bitCount(first) == 1) {
            path.addFirst(firstRoot);
        }
        var fn = first - 1;
        var sn = after.get("tree_size").asLong() - 1;
        while ((fn & 1) == 1) {
            fn >>= 1;
            sn >>= 1;
        }
        var fr = path.getFirst();
        var sr = path.getFirst();
        for (var c : path.subList(1, path.size())) {
            if (sn == 0) {
                return false;
            }
            if ((fn & 1) == 1 || fn == sn) {
                fr = node(c, fr);
                sr = node(c, sr);
                while ((fn & 1) == 0 && fn != 0) {
                    fn >>= 1;
                    sn >>= 1;
                }
            } else {
                sr = node(sr, c);
            }
            fn >>= 1;
            sn >>= 1;
        }
        return sn == 0 && Arrays.equals(fr, firstRoot) && Arrays.equals(sr, bytes(after.get("root_hash")));
    }

    private static List<byte[]> hashes(JsonNode proof) {
        return proof.get("hashes").valueStream().map(ProofTest::bytes).toList();
    }

    private static byte[] bytes(JsonNode base64) {
        return Base64.getDecoder().decode(base64.asString());
    }

    private static byte[] node(byte[] left, byte[] right) {
        return sha256(new byte[] {1}, left, right);
    }

    private static byte[] sha256(byte[]... parts) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (var part : parts) {
                digest.update(part);
            }
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
