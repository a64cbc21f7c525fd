/** What tests run Jobrelay in: its process and its installation, the servers beside it, and their faults. */
@NullMarked
package io.jobrelay.testbed;

import org.jspecify.annotations.NullMarked;
