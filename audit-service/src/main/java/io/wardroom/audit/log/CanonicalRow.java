package io.wardroom.audit.log;

import io.wardroom.common.audit.AuditAction;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import org.erdtman.jcs.JsonCanonicalizer;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/// The bytes of a row that are hashed: its fields as the API shows them, in RFC 8785's form, with the name of what they
/// are and a salt. Of an erased row, whose salt is gone, nobody can find out from its hash what it was.
@Component
class CanonicalRow {
    private static final String DOMAIN = "wardroom/audit-row/v1";
    private static final int SALT_BYTES = 32;

    private final SecureRandom random = new SecureRandom();
    private final JsonMapper json;

    CanonicalRow(JsonMapper json) {
        this.json = json;
    }

    byte[] newSalt() {
        var salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        return salt;
    }

    byte[] of(AuditAction deed, byte[] salt) {
        var whole = json.createObjectNode();
        whole.put("domain", DOMAIN);
        whole.put("salt", Base64.getEncoder().encodeToString(salt));
        // never a field less than this: verifiers compare what they are shown with what was hashed
        var row = whole.putObject("row");
        row.put("id", deed.id().toString());
        row.put("tenant_id", deed.tenantId().toString());
        row.put("timestamp", deed.timestamp().toString());
        row.put("actor_type", deed.actorType());
        row.put("user_id", deed.userId() == null ? null : deed.userId().toString());
        row.put("username", deed.username());
        row.put("action", deed.action());
        row.put("entity_type", deed.entityType());
        row.put("entity_id", deed.entityId());
        row.put("outcome", deed.outcome());
        row.put("reason", deed.reason());
        row.put("source_ip", deed.sourceIp());
        row.put("user_agent", deed.userAgent());
        row.put("request_id", deed.requestId());
        row.set("details", json.valueToTree(deed.details()));
        try {
            return new JsonCanonicalizer(json.writeValueAsString(whole)).getEncodedUTF8();
        } catch (IOException impossible) {
            throw new IllegalStateException("row %s has no canonical form".formatted(deed.id()), impossible);
        }
    }
}
