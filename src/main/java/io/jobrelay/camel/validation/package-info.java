/** What is wrong with a config snapshot, found in a Camel context that is thrown away, and what its routes would do. */
@NullMarked
package io.jobrelay.camel.validation;

import org.jspecify.annotations.NullMarked;
