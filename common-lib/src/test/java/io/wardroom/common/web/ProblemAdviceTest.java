package io.wardroom.common.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.wardroom.common.problem.CommonProblem;
import jakarta.validation.Valid;
import jakarta.validation.constraints.NotBlank;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.http.converter.json.JacksonJsonHttpMessageConverter;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class ProblemAdviceTest {
    @RestController
    static class Rooms {
        record RoomForm(@NotBlank String roomName, int seats) {}

        @PostMapping("/rooms")
        RoomForm open(@Valid @RequestBody RoomForm form) {
            return form;
        }

        @GetMapping("/rooms/{id}")
        String find(@PathVariable UUID id) {
            throw CommonProblem.UNAVAILABLE.because("closed").retryAfter(Duration.ofSeconds(7));
        }

        @GetMapping("/broken")
        String broken() {
            throw new IllegalStateException("a bug with a secret");
        }

        @GetMapping("/away")
        String away() {
            throw new CannotCreateTransactionException("no", new SQLTransientConnectionException("no database"));
        }
    }

    private final MockMvcTester mvc =
            MockMvcTester.of(List.of(new Rooms()), builder -> builder.setControllerAdvice(new ProblemAdvice(_ -> {}))
                    .setMessageConverters(new JacksonJsonHttpMessageConverter(JsonMapper.builder()
                            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                            .build()))
                    .build());

    @Test
    void aFaultyFieldIsNamedAsTheCallerWroteIt() {
        assertThat(post("{\"room_name\":\" \",\"seats\":1}"))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying("code", code -> assertThat(code).isEqualTo("VALIDATION_ERROR"))
                .hasPathSatisfying("errors[0].field", field -> assertThat(field).isEqualTo("room_name"));
    }

    @Test
    void anUnknownFieldIsRefusedByName() {
        assertThat(post("{\"room_name\":\"a\",\"seats\":1,\"seatz\":2}"))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying("errors[0].field", field -> assertThat(field).isEqualTo("seatz"));
    }

    @Test
    void aMistypedFieldIsNamed() {
        assertThat(post("{\"room_name\":\"a\",\"seats\":\"many\"}"))
                .hasStatus(400)
                .bodyJson()
                .hasPathSatisfying("errors[0].field", field -> assertThat(field).isEqualTo("seats"));
    }

    @Test
    void aBrokenBodyAMissingOneAndAnotherTypeAreTheCallersFault() {
        assertThat(post("{\"room_name\":")).hasStatus(400);
        assertThat(post("")).hasStatus(400);
        assertThat(mvc.post().uri("/rooms").contentType(MediaType.TEXT_XML).content("<a/>"))
                .hasStatus(415);
        assertThat(mvc.get().uri("/rooms/17")).hasStatus(400);
    }

    @Test
    void methodsThatARouteLacksAreNotAllowed() {
        assertThat(mvc.delete().uri("/rooms"))
                .hasStatus(405)
                .hasHeader("Allow", "POST")
                .bodyJson()
                .hasPathSatisfying("code", code -> assertThat(code).isEqualTo("METHOD_NOT_ALLOWED"));
    }

    @Test
    void aBugTellsNothing() {
        assertThat(mvc.get().uri("/broken"))
                .hasStatus(500)
                .bodyText()
                .contains("INTERNAL_ERROR")
                .doesNotContain("secret");
    }

    @Test
    void whatIsAwayAsksToComeBack() {
        assertThat(mvc.get().uri("/away")).hasStatus(503).hasHeader("Retry-After", "5");
        assertThat(mvc.get().uri("/rooms/01890000-0000-7000-8000-000000000001"))
                .hasStatus(503)
                .hasHeader("Retry-After", "7");
    }

    private org.springframework.test.web.servlet.assertj.MvcTestResult post(String body) {
        return mvc.post()
                .uri("/rooms")
                .contentType(MediaType.APPLICATION_JSON)
                .content(body)
                .exchange();
    }
}
