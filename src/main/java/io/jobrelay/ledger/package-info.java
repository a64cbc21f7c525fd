/** What Jobrelay remembers: watches, jobs, changes, deliveries. The one place that knows SQL. */
@NullMarked
package io.jobrelay.ledger;

import org.jspecify.annotations.NullMarked;
