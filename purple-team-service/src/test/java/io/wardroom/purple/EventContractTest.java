package io.wardroom.purple;

import io.wardroom.common.event.contract.EventContract;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventContractTest {
    @ParameterizedTest
    @CsvSource({
        "test.created, test.TestChanged$Event",
        "test.updated, test.TestChanged$Event",
        "test.reopened, test.TestChanged$Event",
        "test.started, test.TestChanged$Event",
        "test.executed, test.TestChanged$Event",
        "test.evaluated, test.TestChanged$Event",
        "test.validated, test.TestChanged$Event",
        "test.rejected, test.TestChanged$Event",
        "evidence.uploaded, evidence.Evidences$Uploaded",
        "notification.created, notification.Notifications$Told",
        "coverage.changed, technique.StatusChanged$Event"
    })
    void whatIsWrittenIsWhatIsPromised(String event, String record) throws Exception {
        EventContract.load()
                .event("io.wardroom.%s.v1".formatted(event))
                .hold(Class.forName("io.wardroom.purple." + record));
    }
}
