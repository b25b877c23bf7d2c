/// The catalogue of events: what integrators may read, as an AsyncAPI document and as a page.
@NullMarked
package io.wardroom.audit.catalogue;

import org.jspecify.annotations.NullMarked;
