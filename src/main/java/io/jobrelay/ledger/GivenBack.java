package io.jobrelay.ledger;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * Claims that are given back before their lease is over: at once, or, while the ledger cannot be written, before the next
 * claim is made. So there are never more of them than claims that were under way when the trouble began.
 */
final class GivenBack<C> {
    private final Queue<C> waiting = new ConcurrentLinkedQueue<>();
    private final Consumer<List<C>> write;

    /**
     * @param write notes in the ledger that nobody holds these claims any more, or throws a {@link LedgerException}
     */
    GivenBack(Consumer<List<C>> write) {
        this.write = write;
    }

    /** Gives claims back, now or later. */
    void add(Collection<C> claims) {
        waiting.addAll(claims);
        try {
            write();
        } catch (LedgerException e) {
            // The ledger has logged its trouble, and the claim waits for its end.
        }
    }

    /**
     * Notes what waits.
     *
     * @throws LedgerException if the ledger cannot be written still; what was not noted goes on waiting
     */
    void write() {
        List<C> claims = new ArrayList<>();
        for (C claim = waiting.poll(); claim != null; claim = waiting.poll()) {
            claims.add(claim);
        }
        if (!claims.isEmpty()) {
            try {
                write.accept(claims);
            } catch (LedgerException e) {
                waiting.addAll(claims);
                throw e;
            }
        }
    }
}
