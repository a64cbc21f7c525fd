/** The log: every event on one line, without secrets. */
@NullMarked
package io.jobrelay.logging;

import org.jspecify.annotations.NullMarked;
