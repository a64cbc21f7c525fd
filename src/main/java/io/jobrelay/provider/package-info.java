/** From a provider's reply to job records, or to the reason why there are none. */
@NullMarked
package io.jobrelay.provider;

import org.jspecify.annotations.NullMarked;
