/** The commands. */
@NullMarked
package io.jobrelay.cli;

import org.jspecify.annotations.NullMarked;
