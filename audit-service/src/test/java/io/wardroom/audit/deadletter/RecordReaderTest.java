package io.wardroom.audit.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.kafka.support.KafkaHeaders;

class RecordReaderTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "no agent for ms_4f9cB2-xyz_12345 here|no agent for *** here",
                "Authorization: Bearer abc.def|Authorization: Bearer ***",
                "key wr_0123456789 is unknown|key *** is unknown",
                "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2ln is over|*** is over",
                "password=hunter2, user=ada|password=***, user=ada",
                "{\"token\":\"abc\"}|{\"token\":***}",
                "nothing to hide|nothing to hide",
            })
    void whatLooksLikeASecretIsHidden(String told, String shown) {
        assertThat(RecordReader.shown(told, 1_000)).isEqualTo(shown);
    }

    @Test
    void whatCannotBeKeptIsMendedAndCut() {
        assertThat(RecordReader.shown("a\0b\uD800c", 1_000)).isEqualTo("a\uFFFDb\uFFFDc");
        assertThat(RecordReader.shown("x".repeat(2_000), 1_000)).hasSize(1_000);
    }

    @Test
    void theTopicIsThatOfTheDeadLettersWhateverAHeaderSays() {
        var record = new ConsumerRecord<byte[], byte[]>("alerts.events.v1.dlt", 3, 17, null, null);
        record.headers()
                .add(KafkaHeaders.DLT_ORIGINAL_TOPIC, bytes("agents.identity.v1"))
                .add(
                        KafkaHeaders.DLT_ORIGINAL_PARTITION,
                        ByteBuffer.allocate(4).putInt(5).array())
                .add(KafkaHeaders.DLT_ORIGINAL_OFFSET, bytes("no number"))
                .add(KafkaHeaders.DLT_EXCEPTION_FQCN, bytes("x.Wrapper"))
                .add(KafkaHeaders.DLT_EXCEPTION_CAUSE_FQCN, bytes("x.Cause"))
                .add("ce_tenantid", bytes("nobody"));

        var read = RecordReader.read(record);

        assertThat(read.topic()).isEqualTo("alerts.events.v1");
        assertThat(read.partition()).isEqualTo(5);
        assertThat(read.offset()).isNull();
        assertThat(read.exceptionClass()).isEqualTo("x.Cause");
        assertThat(read.tenant().toString()).isEqualTo("00000000-0000-0000-0000-000000000000");
        assertThat(read.headers()).extracting(BuriedRecord.KeptHeader::name).containsExactly("ce_tenantid");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
