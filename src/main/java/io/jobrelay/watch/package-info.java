/** Watches, the files they come from, and the pace at which they are polled. */
@NullMarked
package io.jobrelay.watch;

import org.jspecify.annotations.NullMarked;
