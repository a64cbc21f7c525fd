/** What Jobrelay is tried out on: providers that play the seeds and check every signature, and a receiver of webhooks. */
@NullMarked
package io.jobrelay.sandbox;

import org.jspecify.annotations.NullMarked;
