/// Keys that people make for their programs: never more than their owner may, and less where the key's scopes say so.
@NullMarked
package io.wardroom.gateway.apikey;

import org.jspecify.annotations.NullMarked;
