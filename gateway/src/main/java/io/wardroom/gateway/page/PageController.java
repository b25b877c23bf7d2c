package io.wardroom.gateway.page;

import io.swagger.v3.oas.annotations.Hidden;
import io.wardroom.gateway.answer.Refusals;
import io.wardroom.gateway.door.PageHeaders;
import java.util.Map;
import org.springframework.http.CacheControl;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;

/// The pages and the two files that they load. They are asked for anew each time, and sent anew when they have changed.
@RestController
@Hidden
class PageController {
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    private final Asset login = Asset.page("login.html");
    private final Asset resetPassword = Asset.page("reset-password.html");
    private final Asset acceptInvite = Asset.page("accept-invite.html");
    private final Map<String, Asset> files =
            Map.of("pages.css", Asset.page("pages.css"), "pages.js", Asset.page("pages.js"));

    @GetMapping("/login")
    ResponseEntity<byte[]> login() {
        return answer(login);
    }

    @GetMapping("/reset-password")
    ResponseEntity<byte[]> resetPassword() {
        return answer(resetPassword);
    }

    @GetMapping("/accept-invite")
    ResponseEntity<byte[]> acceptInvite() {
        return answer(acceptInvite);
    }

    @GetMapping("/pages/{file}")
    ResponseEntity<byte[]> file(@PathVariable String file) {
        var found = files.get(file);
        if (found == null) {
            throw Refusals.noRoute();
        }
        return answer(found);
    }

    private static ResponseEntity<byte[]> answer(Asset file) {
        return ResponseEntity.ok()
                .contentType(file.type())
                .cacheControl(CacheControl.noCache())
                .eTag(file.tag())
                .headers(headers -> PageHeaders.policy(headers, POLICY))
                .body(file.bytes());
    }
}
