/** The health checks of the management port. */
@NullMarked
package io.jobrelay.camel.health;

import org.jspecify.annotations.NullMarked;
