/** The steps of destination routes, and the clients that they send with. */
@NullMarked
package io.jobrelay.camel.destination;

import org.jspecify.annotations.NullMarked;
