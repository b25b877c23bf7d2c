package io.wardroom.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpHeaders;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What the gateway answered.
record Answer(int status, HttpHeaders headers, String text) {
    static final JsonMapper JSON = new JsonMapper();

    JsonNode json() {
        try {
            return JSON.readTree(text);
        } catch (JacksonException noJson) {
            throw new AssertionError("%d is no JSON: %s".formatted(status, text), noJson);
        }
    }

    String field(String name) {
        var value = json().get(name);
        assertThat(value).as("%s in %d %s", name, status, text).isNotNull();
        return value.asString();
    }

    Answer expect(int expected) {
        assertThat(status).as(text).isEqualTo(expected);
        return this;
    }
}
