/** Asking a running Jobrelay over its HTTP API. */
@NullMarked
package io.jobrelay.client;

import org.jspecify.annotations.NullMarked;
