/// Reports for people and spreadsheets, written as they are read: their length costs no memory.
@NullMarked
package io.wardroom.purple.report;

import org.jspecify.annotations.NullMarked;
