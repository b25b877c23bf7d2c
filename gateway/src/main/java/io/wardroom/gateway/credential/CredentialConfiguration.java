package io.wardroom.gateway.credential;

import io.wardroom.common.identity.IdentityTable;
import io.wardroom.common.security.RememberedTokens;
import io.wardroom.common.security.TokenProperties;
import io.wardroom.common.security.WardroomAuthorities;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.door.Call;
import io.wardroom.gateway.keycloak.SigningKeys;
import io.wardroom.gateway.route.Access;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.security.config.annotation.web.reactive.EnableWebFluxSecurity;
import org.springframework.security.config.observation.SecurityObservationSettings;
import org.springframework.security.config.web.server.SecurityWebFiltersOrder;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtReactiveAuthenticationManager;
import org.springframework.security.oauth2.server.resource.authentication.ReactiveJwtAuthenticationConverterAdapter;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.security.web.server.context.NoOpServerSecurityContextRepository;
import org.springframework.security.web.server.firewall.ServerWebExchangeFirewall;
import org.springframework.security.web.server.firewall.StrictServerWebExchangeFirewall;
import org.springframework.security.web.server.util.matcher.ServerWebExchangeMatcher.MatchResult;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

/// Verifies people's tokens and keeps the table of agents.
@Configuration(proxyBeanMethods = false)
@EnableWebFluxSecurity
@EnableConfigurationProperties(TokenProperties.class)
class CredentialConfiguration {
    @Bean
    IdentityTable<KnownAgent> identities(ConsumerFactory<?, ?> consumers, JsonMapper json) {
        return new IdentityTable<>(consumers, json, (identity, _) -> KnownAgent.of(identity));
    }

    @Bean
    RememberedTokens rememberedTokens(TokenProperties settings) {
        return new RememberedTokens(settings);
    }

    @Bean
    ReactiveJwtDecoder jwtDecoder(RememberedTokens remembered, SigningKeys keys) {
        return new RememberingDecoder(keys.decoder(remembered.validator()), remembered);
    }

    /// The web server's codec has refused control characters in headers (`SmugglingTest`); asking for them again by
    /// regular expressions took a twelfth of a request's time.
    @Bean
    ServerWebExchangeFirewall firewall() {
        var firewall = new StrictServerWebExchangeFirewall();
        firewall.setAllowedHeaderNames(_ -> true);
        firewall.setAllowedHeaderValues(_ -> true);
        return firewall;
    }

    /// A span for each of the chain's filters tells nobody anything.
    @Bean
    SecurityObservationSettings noSecurityObservations() {
        return SecurityObservationSettings.noObservations();
    }

    /// The only chain: routes that are open to others than people do not pass it.
    @Bean
    SecurityWebFilterChain people(ServerHttpSecurity http, ReactiveJwtDecoder decoder, PeopleCredentials credentials) {
        var converter = new JwtAuthenticationConverter();
        converter.setJwtGrantedAuthoritiesConverter(new WardroomAuthorities());
        var reader = new JwtReactiveAuthenticationManager(decoder);
        reader.setJwtAuthenticationConverter(new ReactiveJwtAuthenticationConverterAdapter(converter));
        return http.securityMatcher(CredentialConfiguration::isForPeople)
                .csrf(ServerHttpSecurity.CsrfSpec::disable)
                .headers(ServerHttpSecurity.HeaderSpec::disable)
                .requestCache(ServerHttpSecurity.RequestCacheSpec::disable)
                .logout(ServerHttpSecurity.LogoutSpec::disable)
                .httpBasic(ServerHttpSecurity.HttpBasicSpec::disable)
                .formLogin(ServerHttpSecurity.FormLoginSpec::disable)
                .securityContextRepository(NoOpServerSecurityContextRepository.getInstance())
                .authorizeExchange(requests -> requests.anyExchange().authenticated())
                .addFilterAfter(new TokenRelay(), SecurityWebFiltersOrder.AUTHENTICATION)
                .oauth2ResourceServer(server -> server.bearerTokenConverter(credentials)
                        .authenticationManagerResolver(
                                exchange -> Mono.just(credentials.refusingRevoked(reader, exchange)))
                        .authenticationEntryPoint((exchange, cause) -> Mono.error(Refusals.noCredential())))
                .exceptionHandling(faults -> faults.authenticationEntryPoint(
                                (exchange, cause) -> Mono.error(Refusals.noCredential()))
                        .accessDeniedHandler((exchange, cause) -> Mono.error(cause)))
                .build();
    }

    private static Mono<MatchResult> isForPeople(ServerWebExchange exchange) {
        return Call.isOn(exchange) && Call.of(exchange).route().access() == Access.USER
                ? MatchResult.match()
                : MatchResult.notMatch();
    }
}
