package io.wardroom.gateway.tenant;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param firstName what the tenant is called that was there before the table of tenants: the installation's first
@ConfigurationProperties("wardroom.gateway.tenant")
record TenantProperties(@DefaultValue("First tenant") String firstName) {}
