package io.jobrelay.reload;

import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks at the files again and again, and gives an edition once two looks in a row have found it: nothing half written. */
public final class Looks {
    private final Supplier<Edition> read;
    private Edition given;
    private Edition last;

    /**
     * @param running what is known already
     * @param read how to look
     */
    public Looks(Edition running, Supplier<Edition> read) {
        this.given = running;
        this.last = running;
        this.read = read;
    }

    /** An edition that has not been given yet, if there is one and it has settled. */
    public Optional<Edition> look() {
        Edition now = read.get();
        boolean settled = now.equals(last);
        last = now;
        if (!settled || now.equals(given)) {
            return Optional.empty();
        }
        given = now;
        return Optional.of(now);
    }

    /** What was given last was not taken: it is given again if it still stands. */
    public void forget() {
        given = new Edition(Map.of(), Map.of());
    }
}
