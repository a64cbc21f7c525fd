package io.jobrelay.camel.reload;

import io.jobrelay.camel.config.ConfigSnapshot;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the files, and hands a snapshot on once two looks in a row have found it: nothing half written. */
public final class ReloadWatcher {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.reload");

    private final Supplier<ConfigSnapshot> read;
    private final Consumer<ConfigSnapshot> edited;
    private @Nullable ConfigSnapshot given;
    private ConfigSnapshot last;
    private boolean inTrouble;

    /** Looks at the files of the working directory. */
    public ReloadWatcher(Reload reload) {
        this(reload.running(), ConfigSnapshot::requireRoutes, reload::tryOut);
    }

    /**
     * @param running what is known already
     * @param read how to look
     * @param edited takes a snapshot that is another than the last one
     */
    ReloadWatcher(ConfigSnapshot running, Supplier<ConfigSnapshot> read, Consumer<ConfigSnapshot> edited) {
        this.given = running;
        this.last = running;
        this.read = read;
        this.edited = edited;
    }

    /** Looks once. Not on a thread of a route: one that replaced itself would wait for itself. */
    public void look() {
        try {
            ConfigSnapshot now = read.get();
            boolean settled = now.equals(last);
            last = now;
            if (settled && !now.equals(given)) {
                given = now;
                edited.accept(now);
            }
            inTrouble = false;
        } catch (RuntimeException | OutOfMemoryError e) {
            given = null;
            if (!inTrouble) {
                LOG.error("edited files cannot be read or tried, is tried again: {}", e.toString());
            }
            inTrouble = true;
        }
    }
}
