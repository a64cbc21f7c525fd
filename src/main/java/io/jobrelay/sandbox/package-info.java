/** The sandbox: providers that play the seeds and verify every signature, and a receiver of webhooks. */
@NullMarked
package io.jobrelay.sandbox;

import org.jspecify.annotations.NullMarked;
