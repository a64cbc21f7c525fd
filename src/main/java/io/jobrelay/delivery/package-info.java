/** How a change reaches a destination: signed, on schedule, appended to a file or put on the embedded broker. */
@NullMarked
package io.jobrelay.delivery;

import org.jspecify.annotations.NullMarked;
