package io.wardroom.fleet.enrolment;

import java.net.URI;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// @param hubUrl the address under which machines reach the gateway; it stands in the install command
@ConfigurationProperties("wardroom.agent.enrolment")
record EnrolmentProperties(
        @DefaultValue("http://127.0.0.1:8000") URI hubUrl) {}
