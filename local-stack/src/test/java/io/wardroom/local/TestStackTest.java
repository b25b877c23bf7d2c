package io.wardroom.local;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

class TestStackTest {
    private final Stack stack = TestStack.shared();

    @Test
    void theOwnerOfADatabaseCreatesAndTheServiceDoesNot() throws SQLException {
        var database = stack.newDatabase("agent-service");

        try (var owner = connect(database, database.ownerUser(), database.ownerPassword());
                var service = connect(database, database.user(), database.password())) {
            run(owner, "create table thing (tenant_id uuid)");
            run(owner, "alter table thing enable row level security");
            run(owner, "grant select on thing to " + database.user());
            assertThatThrownBy(() -> run(service, "create table other ()")).hasMessageContaining("permission denied");
            assertThatThrownBy(() -> run(service, "drop table thing")).hasMessageContaining("must be owner");
            assertThat(number(service, "select count(*) from thing")).isZero();
            assertThat(number(
                            service,
                            "select count(*) from pg_roles where rolname = current_user"
                                    + " and (rolsuper or rolbypassrls or rolcreatedb or rolcreaterole)"))
                    .isZero();
        }
    }

    @Test
    void oneDatabaseIsClosedToTheRoleOfAnother() {
        var mine = stack.newDatabase("audit-service");
        var other = stack.newDatabase("audit-service");

        assertThatThrownBy(() -> connect(other, mine.user(), mine.password()).close())
                .hasMessageContaining("permission denied for database");
    }

    @Test
    void aTokenSaysWhoseItIsAndForWhom() {
        var tenant = UuidV7.at(Instant.now());
        var user = stack.newUser(tenant, "red_lead", "viewer");

        var token = stack.accessToken(user);

        var claims = claims(token);
        assertThat(claims)
                .containsEntry("iss", stack.issuer())
                .containsEntry("aud", "wardroom")
                .containsEntry("sub", user.id().toString())
                .containsEntry("tenant_id", tenant.toString())
                .containsEntry("preferred_username", user.username())
                .containsEntry("azp", "gateway-pw")
                .containsKey("sid");
        assertThat(Json.asObject(claims.get("realm_access")).get("roles"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.LIST)
                .contains("red_lead", "viewer")
                .doesNotContain("owner", "admin");
        assertThat(lifetime(claims)).isEqualTo(900);
    }

    @Test
    void aWrongPasswordGetsNoToken() {
        var user = stack.newUser(UuidV7.at(Instant.now()), "viewer");

        assertThatThrownBy(() -> stack.accessToken(user.username(), "wrong"))
                .isInstanceOf(Trouble.class)
                .hasMessageContaining("invalid_grant");
    }

    @Test
    void theGatewayKeepsUsersWithItsOwnAccountAndLogsInByEveryStep() throws IOException {
        var user = stack.newUser(UuidV7.at(Instant.now()), "viewer");
        var environment = stack.environmentOf("gateway");
        var http = new Http();
        var token = stack.issuer() + "/protocol/openid-connect/token";

        var own = http.form(
                token,
                Map.of(
                        "grant_type", "client_credentials",
                        "client_id", "gateway",
                        "client_secret", environment.get("WARDROOM_KEYCLOAK_GATEWAY_SECRET")));
        var ownToken = Json.string(Json.object(own.body()), "access_token");
        var byKey = http.form(
                token,
                Map.of(
                        "grant_type",
                        "password",
                        "client_id",
                        "gateway-key",
                        "client_secret",
                        environment.get("WARDROOM_KEYCLOAK_KEY_SECRET"),
                        "username",
                        user.username()));
        var admin = stack.keycloakUrl() + "/admin/realms/wardroom";
        var members = http.get(admin + "/roles/viewer/users?max=1000", ownToken);
        var found = http.get(admin + "/users?q=tenant_id:" + user.tenant(), ownToken);
        // base 32 of the bytes that the code is computed from below
        var secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP";
        var second = http.json(
                "PUT",
                admin + "/users/" + user.id(),
                ownToken,
                Json.write(Map.of(
                        "credentials",
                        List.of(Map.of(
                                "type", "otp",
                                "secretData", Json.write(Map.of("value", secret)),
                                "credentialData",
                                        Json.write(Map.of(
                                                "subType",
                                                "totp",
                                                "digits",
                                                6,
                                                "counter",
                                                0,
                                                "period",
                                                30,
                                                "algorithm",
                                                "HmacSHA1",
                                                "secretEncoding",
                                                "BASE32")))))));
        var withWrongCode = http.form(
                token,
                Map.of(
                        "grant_type", "password",
                        "client_id", "gateway-otp",
                        "client_secret", environment.get("WARDROOM_KEYCLOAK_OTP_SECRET"),
                        "username", user.username(),
                        "totp", "000000"));
        var withCode = http.form(
                token,
                Map.of(
                        "grant_type", "password",
                        "client_id", "gateway-otp",
                        "client_secret", environment.get("WARDROOM_KEYCLOAK_OTP_SECRET"),
                        "username", user.username(),
                        "totp", code(HexFormat.of().parseHex("48656c6c6f21deadbeef48656c6c6f21deadbeef"))));
        var byPassword = stack.accessToken(user);

        assertThat(members.body()).contains(user.username());
        assertThat(Json.objects(found.body())).singleElement().satisfies(each -> assertThat(each)
                .containsEntry("username", user.username()));
        var keyClaims = claims(Json.string(Json.object(byKey.body()), "access_token"));
        assertThat(keyClaims)
                .containsEntry("tenant_id", user.tenant().toString())
                .doesNotContainKey("mfa");
        assertThat(lifetime(keyClaims)).isEqualTo(120);
        assertThat(Json.object(byKey.body())).doesNotContainKey("refresh_token");
        assertThat(second.status()).isEqualTo(204);
        assertThat(withWrongCode.status()).isIn(400, 401);
        assertThat(claims(Json.string(Json.object(withCode.body()), "access_token")))
                .containsEntry("mfa", true)
                .containsEntry("tenant_id", user.tenant().toString());
        assertThat(claims(byPassword)).doesNotContainKey("mfa");
    }

    @Test
    void redisAnswers() throws IOException {
        var redis = URI.create(stack.redis());
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(redis.getHost(), redis.getPort()), 2000);
            socket.setSoTimeout(2000);
            socket.getOutputStream().write("ECHO here\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readNBytes(10), StandardCharsets.US_ASCII))
                    .isEqualTo("$4\r\nhere\r\n");
        }
    }

    @Test
    void theObjectStoreKeepsWhatItsOwnerPutsThere() {
        try (var owner = s3(stack.s3SecretKey());
                var stranger = s3("another")) {
            var name = "note-" + UUID.randomUUID();
            owner.putObject(put -> put.bucket(stack.s3Bucket()).key(name), RequestBody.fromString("kept"));

            assertThat(owner.getObjectAsBytes(
                                    get -> get.bucket(stack.s3Bucket()).key(name))
                            .asUtf8String())
                    .isEqualTo("kept");
            assertThatThrownBy(() -> stranger.getObjectAsBytes(
                            get -> get.bucket(stack.s3Bucket()).key(name)))
                    .isInstanceOf(S3Exception.class)
                    .extracting(refused -> ((S3Exception) refused).statusCode())
                    .isEqualTo(403);
        }
    }

    @Test
    void theBrokerComesBackWithItsTopicsAfterACrash() throws Exception {
        var topic = "survives." + UUID.randomUUID();
        try (var admin = admin()) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get(30, TimeUnit.SECONDS);
        }

        stack.stopKafka();
        var address = stack.kafka().split(":");
        assertThatThrownBy(() -> new Socket(address[0], Integer.parseInt(address[1])).close())
                .isInstanceOf(IOException.class);
        stack.startKafka();

        try (var admin = admin()) {
            assertThat(admin.listTopics().names().get(30, TimeUnit.SECONDS)).contains(topic);
        }
    }

    @Test
    void theEnvironmentIsCompleteAndStaysTheSame() {
        var environment = stack.environmentOf("agent-service");

        assertThat(environment)
                .containsKeys(
                        "SERVER_PORT",
                        "SERVER_ADDRESS",
                        "MANAGEMENT_SERVER_PORT",
                        "WARDROOM_KAFKA",
                        "WARDROOM_REDIS",
                        "WARDROOM_ISSUER",
                        "WARDROOM_DB_URL",
                        "WARDROOM_DB_USER",
                        "WARDROOM_DB_PASSWORD",
                        "WARDROOM_DB_OWNER_USER",
                        "WARDROOM_DB_OWNER_PASSWORD",
                        "WARDROOM_S3_ENDPOINT",
                        "WARDROOM_S3_ACCESS_KEY",
                        "WARDROOM_S3_SECRET_KEY")
                .doesNotContainKey("WARDROOM_KEYCLOAK_GATEWAY_SECRET");
        assertThat(stack.environmentOf("agent-service")).isEqualTo(environment);
        assertThat(stack.environmentOf("ingest-service")).doesNotContainKey("WARDROOM_DB_URL");
    }

    private S3Client s3(String secretKey) {
        return S3Client.builder()
                .endpointOverride(URI.create(stack.s3Endpoint()))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(
                        StaticCredentialsProvider.create(AwsBasicCredentials.create(stack.s3AccessKey(), secretKey)))
                .build();
    }

    private Admin admin() {
        return Admin.create(Map.<String, Object>of("bootstrap.servers", stack.kafka(), "request.timeout.ms", 20_000));
    }

    /// RFC 6238 with SHA-1, 6 digits, 30 s.
    private static String code(byte[] key) {
        try {
            var mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(key, "HmacSHA1"));
            var step = ByteBuffer.allocate(8).putLong(Instant.now().getEpochSecond() / 30);
            var hash = ByteBuffer.wrap(mac.doFinal(step.array()));
            var number = hash.getInt(hash.get(19) & 0xf) & 0x7fff_ffff;
            return "%06d".formatted(number % 1_000_000);
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static Map<String, @Nullable Object> claims(String token) {
        var payload = token.split("\\.")[1];
        return Json.object(new String(Base64.getUrlDecoder().decode(payload), StandardCharsets.UTF_8));
    }

    private static long lifetime(Map<String, @Nullable Object> claims) {
        return (Long) requireNonNull(claims.get("exp")) - (Long) requireNonNull(claims.get("iat"));
    }

    private static Connection connect(Stack.Database database, String user, String password) throws SQLException {
        var login = new Properties();
        login.putAll(Map.of("user", user, "password", password, "connectTimeout", "5", "socketTimeout", "20"));
        return DriverManager.getConnection(database.url(), login);
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long number(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
