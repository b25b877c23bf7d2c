/// Mail to people, sent over SMTP and never lost on the way there.
@NullMarked
package io.wardroom.gateway.mail;

import org.jspecify.annotations.NullMarked;
