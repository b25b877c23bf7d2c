/// The merged API document and the two pages that show it.
@NullMarked
package io.wardroom.gateway.apidoc;

import org.jspecify.annotations.NullMarked;
