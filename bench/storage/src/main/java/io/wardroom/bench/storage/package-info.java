/// Compares ways to keep metrics in PostgreSQL, on what a real host measured.
@NullMarked
package io.wardroom.bench.storage;

import org.jspecify.annotations.NullMarked;
