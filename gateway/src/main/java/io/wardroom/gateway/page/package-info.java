/// The few pages of the gateway's own: sign in, and where the mails' links lead. What pages are made of.
@NullMarked
package io.wardroom.gateway.page;

import org.jspecify.annotations.NullMarked;
