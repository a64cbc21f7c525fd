/** Edits of the files that a running Jobrelay works from: what is on the disk, what of it is taken in, and what is said of it. */
@NullMarked
package io.jobrelay.reload;

import org.jspecify.annotations.NullMarked;
