/** The sandbox's check of signatures beside the vendors' signers. */
@NullMarked
package io.jobrelay.sandbox;

import org.jspecify.annotations.NullMarked;
