/** How much goes through the routes that run, for those who show it and know nothing of routes otherwise. */
@NullMarked
package io.jobrelay.flow;

import org.jspecify.annotations.NullMarked;
