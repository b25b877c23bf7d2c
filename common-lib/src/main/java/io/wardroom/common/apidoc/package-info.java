/// How each service's API document comes to say what the service really takes and answers.
@NullMarked
package io.wardroom.common.apidoc;

import org.jspecify.annotations.NullMarked;
