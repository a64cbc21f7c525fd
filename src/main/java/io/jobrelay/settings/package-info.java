/** The properties that Jobrelay understands, read once and refused together. */
@NullMarked
package io.jobrelay.settings;

import org.jspecify.annotations.NullMarked;
