package io.wardroom.gateway.mail;

import java.time.Instant;

/// A mail to one person.
///
/// @param action what the link is for, such as `Choose a new password`
/// @param link   where it leads; it holds a secret
/// @param until  when it is worth nothing any more and need not be sent
public record Letter(String to, String subject, String text, String action, String link, Instant until) {
    /// Never shows the link.
    @Override
    public String toString() {
        return "Letter[subject=" + subject + "]";
    }
}
