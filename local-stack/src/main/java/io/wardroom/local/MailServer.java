package io.wardroom.local;

import com.icegreen.greenmail.mail.MailAddress;
import com.icegreen.greenmail.mail.MovingMessage;
import com.icegreen.greenmail.user.GreenMailUser;
import com.icegreen.greenmail.user.UserException;
import com.icegreen.greenmail.user.UserManager;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import jakarta.mail.MessagingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Takes every mail over SMTP and lets none leave this machine: each becomes a file of [Mails].
final class MailServer {
    static final String NAME = "mail";
    private static final long START_MILLIS = 20_000;

    private final Ports ports;
    private final Mails mails;
    private @Nullable GreenMail server;

    MailServer(Home home, Ports ports) {
        this.ports = ports;
        this.mails = new Mails(home);
    }

    Mails mails() {
        return mails;
    }

    String address() {
        return ports.address(Port.SMTP);
    }

    Map<String, String> environment() {
        return Map.of("WARDROOM_SMTP_HOST", Ports.HOST, "WARDROOM_SMTP_PORT", Integer.toString(ports.of(Port.SMTP)));
    }

    synchronized void start() {
        var setup = new ServerSetup(ports.of(Port.SMTP), Ports.HOST, ServerSetup.PROTOCOL_SMTP);
        setup.setServerStartupTimeout(START_MILLIS);
        var started = new GreenMail(setup);
        started.start();
        var users = started.getUserManager();
        users.setMessageDeliveryHandler((message, to) -> {
            var user = inbox(users, to);
            keep(message);
            // what lies in a file need not lie in memory too
            purge(started);
            return user;
        });
        server = started;
    }

    private static GreenMailUser inbox(UserManager users, MailAddress to) throws UserException {
        var known = users.getUserByEmail(to.getEmail());
        return known != null ? known : users.createUser(to.getEmail(), to.getEmail(), "");
    }

    private void keep(MovingMessage message) throws MessagingException {
        try {
            var bytes = new ByteArrayOutputStream();
            message.getMessage().writeTo(bytes);
            mails.add(bytes.toString(StandardCharsets.UTF_8));
        } catch (IOException failed) {
            throw new MessagingException("the mail could not be written to a file", failed);
        }
    }

    private static void purge(GreenMail server) throws MessagingException {
        try {
            server.purgeEmailFromAllMailboxes();
        } catch (com.icegreen.greenmail.store.FolderException failed) {
            throw new MessagingException("the mailbox could not be emptied", failed);
        }
    }

    synchronized void stop() {
        if (server != null) {
            server.stop();
            server = null;
        }
    }
}
