/** The beans of the engine: the ledger and what works on it. */
@NullMarked
package io.jobrelay.camel.engine;

import org.jspecify.annotations.NullMarked;
