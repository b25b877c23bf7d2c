package io.wardroom.purple.evidence;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Where evidence lies.
///
/// @param endpoint       the store's S3 API
/// @param publicEndpoint the same as people reach it; addresses for downloads begin with it
/// @param region         as the store calls it; most stores other than AWS take any
/// @param linkLasts      how long an address for a download is good
/// @param most           how many files one test may have
/// @param timeout        how long one file may take to the store
@ConfigurationProperties("wardroom.purple.evidence")
record EvidenceProperties(
        URI endpoint,
        URI publicEndpoint,
        @DefaultValue("us-east-1") String region,
        String bucket,
        String accessKey,
        String secretKey,
        @DefaultValue("15m") Duration linkLasts,
        @DefaultValue("200") int most,
        @DefaultValue("2m") Duration timeout) {}
