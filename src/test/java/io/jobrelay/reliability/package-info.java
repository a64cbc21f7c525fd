/** The suite that proves the promises of docs/reliability.md: faults of every kind, and an accounting of all that came out. */
@NullMarked
package io.jobrelay.reliability;

import org.jspecify.annotations.NullMarked;
