package io.wardroom.gateway.mail;

import io.namastack.outbox.Outbox;
import io.wardroom.gateway.seal.RandomToken;
import io.wardroom.gateway.seal.Seal;
import io.wardroom.gateway.seal.Seals;
import java.net.URI;
import java.util.UUID;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import tools.jackson.databind.json.JsonMapper;

/// Takes mails in: they are sent if and only if the running transaction commits, and tried again until they are.
@Service
public class Post {
    static final String PURPOSE = "mail";

    private final Outbox outbox;
    private final Seal seal;
    private final JsonMapper json;
    private final URI publicUrl;

    Post(Outbox outbox, Seals seals, JsonMapper json, MailProperties mail) {
        this.outbox = outbox;
        this.seal = seals.of(PURPOSE);
        this.json = json;
        this.publicUrl = mail.publicUrl();
    }

    /// A mail as it lies in the outbox. What is in it is a way into an account, so it lies there sealed.
    record SealedLetter(String sealed) {}

    /// @throws org.springframework.transaction.IllegalTransactionStateException outside a transaction
    @Transactional(propagation = Propagation.MANDATORY)
    public void send(Letter letter) {
        // each under a key of its own: none waits for another
        outbox.schedule(new SealedLetter(seal.close(json.writeValueAsString(letter))), "mail/" + UUID.randomUUID());
    }

    /// The address of a page of ours that uses the token. It stands behind `#`, which browsers keep to themselves.
    public String link(String page, RandomToken token) {
        return publicUrl.resolve("/" + page) + "#" + token.value();
    }
}
