/// What the host is doing, as samples named after the OpenTelemetry system conventions.
@NullMarked
package io.wardroom.agent.metrics;

import org.jspecify.annotations.NullMarked;
