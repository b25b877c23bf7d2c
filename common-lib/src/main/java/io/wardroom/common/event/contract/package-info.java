/// What is promised of events to those who read them: the topics, a JSON Schema of each type, samples of each version.
@NullMarked
package io.wardroom.common.event.contract;

import org.jspecify.annotations.NullMarked;
