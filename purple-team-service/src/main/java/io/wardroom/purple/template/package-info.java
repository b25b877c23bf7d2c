/// Templates of tests: those of public collections, and a tenant's own.
@NullMarked
package io.wardroom.purple.template;

import org.jspecify.annotations.NullMarked;
