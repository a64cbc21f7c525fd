package io.jobrelay.camel.reload;

import io.jobrelay.camel.config.ConfigSnapshot;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Looks at the files again and again, and gives a snapshot once two looks in a row have found it: nothing half written. */
public final class Looks {
    private final Supplier<ConfigSnapshot> read;
    private ConfigSnapshot given;
    private ConfigSnapshot last;

    /**
     * @param running what is known already
     * @param read how to look
     */
    public Looks(ConfigSnapshot running, Supplier<ConfigSnapshot> read) {
        this.given = running;
        this.last = running;
        this.read = read;
    }

    /** A snapshot that has not been given yet, if there is one and it has settled. */
    public Optional<ConfigSnapshot> look() {
        ConfigSnapshot now = read.get();
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
        given = new ConfigSnapshot(Map.of(), Map.of());
    }
}
