/** The unified job record, its states, its changes and their events: pure, knows nothing of Camel, HTTP or SQL. */
@NullMarked
package io.jobrelay.job;

import org.jspecify.annotations.NullMarked;
