package io.wardroom.local;

import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.Multipart;
import jakarta.mail.Part;
import jakarta.mail.Session;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;

/// The mails that Wardroom has sent, one file each; the newest are kept.
final class Mails {
    private static final int MOST_KEPT = 1_000;
    private static final int MOST_SHOWN = 20;
    private static final String ENDING = ".eml";

    private final Path folder;

    Mails(Home home) {
        this.folder = home.data().resolve(MailServer.NAME);
    }

    /// @param text the part that is plain text
    record Mail(Instant at, String to, String subject, String text) {}

    synchronized void add(String content) throws IOException {
        PrivateFiles.write(folder.resolve(UuidV7.at(Instant.now()) + ENDING), content);
        var all = files();
        for (var old : all.subList(Math.min(MOST_KEPT, all.size()), all.size())) {
            Files.deleteIfExists(old);
        }
    }

    /// Newest first.
    List<Mail> all() throws IOException {
        var mails = new ArrayList<Mail>();
        for (var file : files()) {
            mails.add(read(file));
        }
        return mails;
    }

    /// The names of the files begin with the time.
    private List<Path> files() throws IOException {
        if (Files.notExists(folder)) {
            return List.of();
        }
        try (var files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ENDING)
                            && !file.getFileName().toString().startsWith("."))
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
    }

    private static Mail read(Path file) throws IOException {
        try (var content = Files.newInputStream(file)) {
            var message = new MimeMessage(Session.getInstance(new Properties()), content);
            var to = InternetAddress.toString(message.getRecipients(Message.RecipientType.TO));
            var subject = message.getSubject();
            return new Mail(
                    Files.getLastModifiedTime(file).toInstant(),
                    to == null ? "" : to,
                    subject == null ? "" : subject,
                    plainText(message));
        } catch (MessagingException unreadable) {
            throw new IOException(file + " is no mail", unreadable);
        }
    }

    private static String plainText(Part part) throws MessagingException, IOException {
        if (part.isMimeType("text/plain")) {
            return part.getContent().toString().replace("\r\n", "\n").strip();
        }
        if (part.getContent() instanceof Multipart parts) {
            for (int i = 0; i < parts.getCount(); i++) {
                var text = plainText(parts.getBodyPart(i));
                if (!text.isEmpty()) {
                    return text;
                }
            }
        }
        return "";
    }

    /// Shows the newest, the newest first.
    ///
    /// @return the exit status
    int print(PrintStream out) throws IOException {
        var mails = all();
        if (mails.isEmpty()) {
            out.println("No mail has been sent yet.");
        }
        for (var mail : mails.subList(0, Math.min(MOST_SHOWN, mails.size()))) {
            out.println("""
                    %s  to %s
                    %s

                    %s
                    """.formatted(
                            mail.at().truncatedTo(ChronoUnit.SECONDS),
                            mail.to(),
                            mail.subject(),
                            mail.text().indent(2)));
        }
        return 0;
    }
}
