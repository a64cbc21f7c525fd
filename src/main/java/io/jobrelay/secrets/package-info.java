/** What is secret: found in properties, and masked in every text that leaves the process. */
@NullMarked
package io.jobrelay.secrets;

import org.jspecify.annotations.NullMarked;
