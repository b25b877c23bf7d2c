package io.wardroom.audit.catalogue;

import io.swagger.v3.oas.annotations.Hidden;
import io.wardroom.common.event.contract.EventContract;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.info.BuildProperties;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.DigestUtils;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.json.JsonMapper;

/// Shows the catalogue to everybody: what it tells is no secret, who reads the topics is Kafka's to decide.
@RestController
@Hidden
class CatalogueController {
    private static final MediaType HTML = new MediaType(MediaType.TEXT_HTML, StandardCharsets.UTF_8);

    private final Shown document;
    private final Shown page;

    /// @param tag changes with the content
    private record Shown(byte[] bytes, String tag) {
        static Shown of(byte[] bytes) {
            return new Shown(bytes, '"' + DigestUtils.md5DigestAsHex(bytes) + '"');
        }
    }

    CatalogueController(CatalogueProperties settings, JsonMapper json, ObjectProvider<BuildProperties> build) {
        var contract = EventContract.load();
        var version = Optional.ofNullable(build.getIfAvailable())
                .map(BuildProperties::getVersion)
                .orElse("0");
        document = Shown.of(json.writeValueAsBytes(new AsyncApiDocument(json).of(contract, version, settings.kafka())));
        page = Shown.of(new EventPage(json).of(contract, version).getBytes(StandardCharsets.UTF_8));
    }

    @GetMapping(path = "/asyncapi.json", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<byte[]> document() {
        return answer(document).contentType(MediaType.APPLICATION_JSON).body(document.bytes());
    }

    @GetMapping(path = "/events", produces = MediaType.TEXT_HTML_VALUE)
    ResponseEntity<byte[]> page() {
        return answer(page)
                .contentType(HTML)
                .header("Content-Security-Policy", EventPage.policy())
                .body(page.bytes());
    }

    private static ResponseEntity.BodyBuilder answer(Shown shown) {
        return ResponseEntity.ok().cacheControl(CacheControl.noCache()).eTag(shown.tag());
    }
}
