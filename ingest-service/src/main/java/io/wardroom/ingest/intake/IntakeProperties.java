package io.wardroom.ingest.intake;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/// @param inFlight          bodies that may be under way at one time; more is answered 503
/// @param bodyTime          within which a body must have arrived
/// @param answerTime        a backstop: the producer's own limits end sooner
/// @param remembered        batches whose repetition is recognised without asking the storage
/// @param memory            for how long
/// @param warmUpTime        how long a start may read what was taken before it
/// @param layouts           series layouts known at one time
/// @param retryAfter        what a refusal for lack of Kafka or room asks for
/// @param collectInterval   what agents are asked to keep between two collections
/// @param inventoryInterval what agents are asked to keep between two inventories
/// @param otlpDecoders      OTLP requests decoded at one time
/// @param otlpPatience      how long another one waits for its turn
/// @param otlpFields        fields of one OTLP request, more is answered 413: each is an object while it is decoded
@ConfigurationProperties("wardroom.ingest.intake")
record IntakeProperties(
        @DefaultValue("32MB") DataSize inFlight,
        @DefaultValue("20s") Duration bodyTime,
        @DefaultValue("30s") Duration answerTime,
        @DefaultValue("100000") int remembered,
        @DefaultValue("15m") Duration memory,
        @DefaultValue("5s") Duration warmUpTime,
        @DefaultValue("20000") int layouts,
        @DefaultValue("5s") Duration retryAfter,
        @DefaultValue("15s") Duration collectInterval,
        @DefaultValue("6h") Duration inventoryInterval,
        @DefaultValue("1") int otlpDecoders,
        @DefaultValue("2s") Duration otlpPatience,
        @DefaultValue("400000") int otlpFields) {}
