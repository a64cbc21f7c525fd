/** The HTTP API: what the ledger knows, for programs and for people, and the few things they may ask for. */
@NullMarked
package io.jobrelay.api;

import org.jspecify.annotations.NullMarked;
