/// What is wrong on hosts and who was told: alerts, the rules they come from, and when nobody wants to be told.
@NullMarked
package io.wardroom.fleet.alert;

import org.jspecify.annotations.NullMarked;
