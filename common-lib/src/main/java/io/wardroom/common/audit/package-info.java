/// What was done, by whom, from where, with which outcome: written in the transaction of the deed.
@NullMarked
package io.wardroom.common.audit;

import org.jspecify.annotations.NullMarked;
