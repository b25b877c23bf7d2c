package io.wardroom.purple.report;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Each report that is being written holds a connection to the database.
///
/// @param atOnce   reports a replica writes at one time
/// @param patience how long one more waits for its turn
/// @param longest  how long one may take, its reader's pace included
@ConfigurationProperties("wardroom.purple.report")
record ReportProperties(
        @DefaultValue("4") int atOnce,
        @DefaultValue("3s") Duration patience,
        @DefaultValue("5m") Duration longest) {}
