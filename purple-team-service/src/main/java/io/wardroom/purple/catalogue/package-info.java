/// ATT&CK, read whole and kept by version: tactics, techniques, and what bears on them.
@NullMarked
package io.wardroom.purple.catalogue;

import org.jspecify.annotations.NullMarked;
