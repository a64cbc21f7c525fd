/** What a running Jobrelay says of itself: which files it runs, and what goes through its routes. */
@NullMarked
package io.jobrelay.status;

import org.jspecify.annotations.NullMarked;
