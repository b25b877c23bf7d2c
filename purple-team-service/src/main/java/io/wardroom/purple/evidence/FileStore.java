package io.wardroom.purple.evidence;

import io.wardroom.common.problem.CommonProblem;
import io.wardroom.common.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.core.io.InputStreamSource;
import org.springframework.http.ContentDisposition;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.presigner.S3Presigner;

/// The object store. What is fetched from it is always a download of plain bytes: no browser shows or runs it.
@Component
class FileStore implements DisposableBean {
    private static final Logger LOG = LoggerFactory.getLogger(FileStore.class);
    private static final String BYTES = "application/octet-stream";
    private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

    private final EvidenceProperties properties;
    private final S3Client s3;
    private final S3Presigner presigner;

    FileStore(EvidenceProperties properties) {
        this.properties = properties;
        var credentials = StaticCredentialsProvider.create(
                AwsBasicCredentials.create(properties.accessKey(), properties.secretKey()));
        var region = Region.of(properties.region());
        this.s3 = S3Client.builder()
                .endpointOverride(properties.endpoint())
                .region(region)
                .credentialsProvider(credentials)
                .forcePathStyle(true)
                // stores other than AWS do not know the newer trailing checksums
                .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
                .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
                .httpClientBuilder(UrlConnectionHttpClient.builder()
                        .connectionTimeout(Duration.ofSeconds(3))
                        .socketTimeout(Duration.ofSeconds(20)))
                .overrideConfiguration(limits -> limits.apiCallTimeout(properties.timeout()))
                .build();
        this.presigner = S3Presigner.builder()
                .endpointOverride(properties.publicEndpoint())
                .region(region)
                .credentialsProvider(credentials)
                .serviceConfiguration(
                        S3Configuration.builder().pathStyleAccessEnabled(true).build())
                .build();
    }

    /// Sends a file to the store without ever holding it whole.
    ///
    /// @return the SHA-256 of what went through, in hex
    String put(String key, String fileName, InputStreamSource file, long size) {
        var passing = new AtomicReference<MessageDigest>();
        // a try after a failed one reads the file from its beginning, and so does its sum
        var body = RequestBody.fromContentProvider(() -> counted(file, passing), size, BYTES);
        try {
            s3.putObject(
                    put -> put.bucket(properties.bucket())
                            .key(key)
                            .contentType(BYTES)
                            .contentDisposition(attachment(fileName)),
                    body);
        } catch (SdkException away) {
            throw away(away);
        }
        return HexFormat.of().formatHex(Objects.requireNonNull(passing.get()).digest());
    }

    private static InputStream counted(InputStreamSource file, AtomicReference<MessageDigest> passing) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            passing.set(digest);
            return new DigestInputStream(file.getInputStream(), digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    void delete(String key) {
        try {
            s3.deleteObject(delete -> delete.bucket(properties.bucket()).key(key));
        } catch (SdkException away) {
            throw away(away);
        }
    }

    /// An address that gives the file to whoever has it, for a while.
    URI link(String key, String fileName) {
        var presigned = presigner.presignGetObject(link -> link.signatureDuration(properties.linkLasts())
                .getObjectRequest(get -> get.bucket(properties.bucket())
                        .key(key)
                        .responseContentType(BYTES)
                        .responseContentDisposition(attachment(fileName))
                        .responseCacheControl("no-store")));
        return URI.create(presigned.url().toString());
    }

    private static String attachment(String fileName) {
        return ContentDisposition.attachment()
                .filename(fileName, StandardCharsets.UTF_8)
                .build()
                .toString();
    }

    private static ProblemException away(SdkException cause) {
        LOG.warn("the object store is away: {}", cause.toString());
        return CommonProblem.UNAVAILABLE.because("the object store is away").retryAfter(RETRY_AFTER);
    }

    @Override
    public void destroy() {
        s3.close();
        presigner.close();
    }
}
