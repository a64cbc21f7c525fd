/** What every outgoing HTTP request of Jobrelay obeys: one request, one deadline, a limit on the reply. */
@NullMarked
package io.jobrelay.wire;

import org.jspecify.annotations.NullMarked;
