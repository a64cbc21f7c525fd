/** Jobrelay's tokens beside those of the vendors' own libraries. */
@NullMarked
package io.jobrelay.account;

import org.jspecify.annotations.NullMarked;
