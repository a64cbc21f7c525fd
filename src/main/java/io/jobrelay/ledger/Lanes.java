package io.jobrelay.ledger;

import java.util.Collection;
import org.jdbi.v3.core.Handle;

/** Keeps others out of lanes until the end of a transaction. */
@FunctionalInterface
interface Lanes {
    /** For a ledger with one writer: there are no others. */
    Lanes ALONE = (handle, lanes) -> {};

    /** Enters all of them, in one order, so that no two wait for each other; waits until whoever is in them has left. */
    void enter(Handle handle, Collection<Lane> lanes);
}
