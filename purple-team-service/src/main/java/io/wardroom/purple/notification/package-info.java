/// What people are told of tests that wait for them.
@NullMarked
package io.wardroom.purple.notification;

import org.jspecify.annotations.NullMarked;
