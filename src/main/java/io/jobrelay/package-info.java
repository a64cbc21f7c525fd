/** Jobrelay: watches jobs on several clouds and relays one unified job record per change. */
@NullMarked
package io.jobrelay;

import org.jspecify.annotations.NullMarked;
