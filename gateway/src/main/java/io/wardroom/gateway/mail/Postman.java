package io.wardroom.gateway.mail;

import io.namastack.outbox.handler.OutboxRecordMetadata;
import io.namastack.outbox.handler.OutboxTypedHandler;
import io.wardroom.gateway.mail.Post.SealedLetter;
import io.wardroom.gateway.seal.Seal;
import io.wardroom.gateway.seal.Seals;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.internet.MimeMessage;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.mail.MailException;
import org.springframework.mail.MailSendException;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.MimeMessageHelper;
import org.springframework.stereotype.Component;
import org.springframework.web.util.HtmlUtils;
import tools.jackson.databind.json.JsonMapper;

/// Carries mails from the outbox to the mail server. One that cannot be sent now is tried again with growing pauses;
/// one whose link has ended, or whose address the server does not take, is given up.
@Component
class Postman implements OutboxTypedHandler<SealedLetter> {
    private static final Logger LOG = LoggerFactory.getLogger(Postman.class);

    private final JavaMailSender sender;
    private final Seal seal;
    private final JsonMapper json;
    private final Clock clock;
    private final MailProperties mail;

    private volatile Instant awayUntil = Instant.EPOCH;

    Postman(JavaMailSender sender, Seals seals, JsonMapper json, Clock clock, MailProperties mail) {
        this.sender = sender;
        this.seal = seals.of(Post.PURPOSE);
        this.json = json;
        this.clock = clock;
        this.mail = mail;
    }

    @Override
    public void handle(SealedLetter sealed, OutboxRecordMetadata metadata) {
        var opened = seal.open(sealed.sealed());
        if (opened.isEmpty()) {
            LOG.error("a mail was sealed with another key and is given up");
            return;
        }
        var letter = json.readValue(opened.get(), Letter.class);
        if (!clock.instant().isBefore(letter.until())) {
            LOG.warn("a mail could not be sent before its link ended: {}", letter.subject());
            return;
        }
        if (clock.instant().isBefore(awayUntil)) {
            // a server that hangs must not hold every thread of the outbox
            throw new MailSendException("the mail server was away a moment ago");
        }
        try {
            sender.send(written(letter));
        } catch (MailSendException failed) {
            if (isRefused(failed)) {
                LOG.warn("the mail server does not take the address of a mail: {}", letter.subject());
                return;
            }
            throw away(failed);
        } catch (MailException failed) {
            throw away(failed);
        }
    }

    private MailException away(MailException failed) {
        awayUntil = clock.instant().plus(mail.pause());
        LOG.warn("the mail server is away: {}", failed.getMostSpecificCause().toString());
        // without the message, which the outbox would keep beside the record
        return new MailSendException("the mail server is away");
    }

    /// Whether the server answered that it takes no mail to that address, now or later.
    private static boolean isRefused(MailSendException failed) {
        return failed.getFailedMessages().values().stream()
                .anyMatch(cause -> cause instanceof SendFailedException refused
                        && refused.getInvalidAddresses() != null
                        && refused.getInvalidAddresses().length > 0);
    }

    private MimeMessage written(Letter letter) {
        var message = sender.createMimeMessage();
        try {
            var helper = new MimeMessageHelper(message, true, StandardCharsets.UTF_8.name());
            helper.setFrom(mail.from());
            helper.setTo(letter.to());
            helper.setSubject(letter.subject());
            helper.setText(plain(letter), html(letter));
            message.setHeader("Auto-Submitted", "auto-generated");
        } catch (MessagingException impossible) {
            throw new IllegalStateException("a mail that cannot be written: " + letter.subject(), impossible);
        }
        return message;
    }

    private static String plain(Letter letter) {
        return """
                %s

                %s:
                %s
                """.formatted(letter.text(), letter.action(), letter.link());
    }

    private static String html(Letter letter) {
        return """
                <!doctype html>
                <html><body style="font-family:sans-serif;max-width:36em">
                <p>%s</p>
                <p><a href="%s">%s</a></p>
                </body></html>
                """.formatted(
                        HtmlUtils.htmlEscape(letter.text()).replace("\n", "<br>"),
                        HtmlUtils.htmlEscape(letter.link()),
                        HtmlUtils.htmlEscape(letter.action()));
    }
}
