/// Tests of techniques: red attacks, blue says what it saw, the leads of both judge.
@NullMarked
package io.wardroom.purple.test;

import org.jspecify.annotations.NullMarked;
