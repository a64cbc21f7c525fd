/** What a node does by itself, every second or every hour, beside its routes. */
@NullMarked
package io.jobrelay.camel.node;

import org.jspecify.annotations.NullMarked;
