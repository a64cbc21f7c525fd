/** Looks over what a user may edit, without running it. */
@NullMarked
package io.jobrelay.check;

import org.jspecify.annotations.NullMarked;
