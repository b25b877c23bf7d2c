/// How every servlet service answers: request ids, the error form, JSON.
@NullMarked
package io.wardroom.common.web;

import org.jspecify.annotations.NullMarked;
