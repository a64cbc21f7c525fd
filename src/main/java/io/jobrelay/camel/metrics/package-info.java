/** What is counted and measured, and the traces. */
@NullMarked
package io.jobrelay.camel.metrics;

import org.jspecify.annotations.NullMarked;
