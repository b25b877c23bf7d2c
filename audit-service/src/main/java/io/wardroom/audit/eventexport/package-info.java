/// Events for tenants' own integrators: copies of what the shared topics hold of a tenant, in topics of its own.
@NullMarked
package io.wardroom.audit.eventexport;

import org.jspecify.annotations.NullMarked;
