package io.wardroom.gateway.keycloak;

import java.net.URI;
import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param url            where Keycloak listens, without a path
/// @param publicUrl      where browsers reach it, without a path
/// @param gatewaySecret  of the client `gateway`, which looks people up
/// @param webSecret      of the client `gateway-web`, for logins on Keycloak's own page
/// @param passwordSecret of the client `gateway-pw`, which logs people in by password
/// @param otpSecret      of the client `gateway-otp`, which takes one-time codes from those whose password was seen
/// @param recoverySecret of the client `gateway-recovery`, which trusts the gateway to have checked a recovery code
/// @param keySecret      of the client `gateway-key`, which trusts the gateway to have checked an API key
/// @param timeout        longest time for one call; checking a password takes about 0.1 s
@ConfigurationProperties("wardroom.gateway.keycloak")
record KeycloakProperties(
        URI url,
        URI publicUrl,
        @DefaultValue("wardroom") String realm,
        @DefaultValue("gateway") String gatewayClient,
        String gatewaySecret,
        @DefaultValue("gateway-web") String webClient,
        @DefaultValue("") String webSecret,
        @DefaultValue("gateway-pw") String passwordClient,
        String passwordSecret,
        @DefaultValue("gateway-otp") String otpClient,
        @DefaultValue("") String otpSecret,
        @DefaultValue("gateway-recovery") String recoveryClient,
        @DefaultValue("") String recoverySecret,
        @DefaultValue("gateway-key") String keyClient,
        @DefaultValue("") String keySecret,
        @DefaultValue("1s") Duration connectTimeout,
        @DefaultValue("5s") Duration timeout) {}
