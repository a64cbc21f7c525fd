/** The component {@code watches:}: polls come out of it, and what they brought goes in. */
@NullMarked
package io.jobrelay.camel.watches;

import org.jspecify.annotations.NullMarked;
