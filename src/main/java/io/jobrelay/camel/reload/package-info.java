/** Edits of the files that a running Jobrelay works from: noticed, tried, and taken over or refused as a whole. */
@NullMarked
package io.jobrelay.camel.reload;

import org.jspecify.annotations.NullMarked;
