/** What every outgoing HTTP request of Jobrelay obeys: one request, one deadline, a limit on the reply. */
@NullMarked
package io.jobrelay.httpclient;

import org.jspecify.annotations.NullMarked;
