package io.wardroom.purple.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileNameTest {
    @Test
    void namesMisleadNobody() {
        assertThat(FileName.safe("screen shot.png")).isEqualTo("screen shot.png");
        assertThat(FileName.safe("../../etc/passwd")).isEqualTo("passwd");
        assertThat(FileName.safe("C:\\temp\\a.txt")).isEqualTo("a.txt");
        assertThat(FileName.safe("invoice\u202Egnp.exe")).isEqualTo("invoicegnp.exe");
        assertThat(FileName.safe("a\r\nX-Evil: 1\0.txt")).isEqualTo("aX-Evil_ 1.txt");
        assertThat(FileName.safe(" ... ")).isEqualTo("file");
        assertThat(FileName.safe(null)).isEqualTo("file");
        assertThat(FileName.safe("<img src=x>.html")).isEqualTo("_img src=x_.html");
        assertThat(FileName.safe("🦊.txt")).isEqualTo("🦊.txt");
        assertThat(FileName.safe("x".repeat(10_000) + ".json")).hasSize(200).endsWith("x.json");
        assertThat(FileName.safe("🦊".repeat(300))).hasSize(200);
    }
}
