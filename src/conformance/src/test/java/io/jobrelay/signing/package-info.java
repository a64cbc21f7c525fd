/** Jobrelay's signers beside the vendors' own. */
@NullMarked
package io.jobrelay.signing;

import org.jspecify.annotations.NullMarked;
