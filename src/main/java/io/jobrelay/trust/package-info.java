/** What others may see, and what they may do: secrets are masked, text from outside stays text, files are their owner's. */
@NullMarked
package io.jobrelay.trust;

import org.jspecify.annotations.NullMarked;
