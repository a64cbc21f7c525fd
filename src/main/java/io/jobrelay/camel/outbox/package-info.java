/** The {@code outbox:} component: to its reader a {@code seda:} that survives a crash. */
@NullMarked
package io.jobrelay.camel.outbox;

import org.jspecify.annotations.NullMarked;
