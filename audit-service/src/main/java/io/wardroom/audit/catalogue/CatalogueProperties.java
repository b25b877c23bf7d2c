package io.wardroom.audit.catalogue;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param kafka where integrators reach Kafka, `host:port`
@ConfigurationProperties("wardroom.audit.catalogue")
record CatalogueProperties(@DefaultValue("127.0.0.1:19092") String kafka) {}
