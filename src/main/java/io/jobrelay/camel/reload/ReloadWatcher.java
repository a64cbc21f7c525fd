package io.jobrelay.camel.reload;

import io.jobrelay.camel.config.ConfigSnapshot;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the files again and again, and hands a snapshot on once two looks in a row have found it: nothing half written. On a
 * thread of its own, since a route that replaced itself would wait for itself.
 */
public final class ReloadWatcher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.reload");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Supplier<ConfigSnapshot> read;
    private final Consumer<ConfigSnapshot> edited;
    private final CountDownLatch stop = new CountDownLatch(1);
    private @Nullable Thread thread;
    private @Nullable ConfigSnapshot given;
    private ConfigSnapshot last;
    private boolean inTrouble;

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

    /** Begins to look at the files of the working directory. */
    public static ReloadWatcher start(Duration every, Reload reload) {
        ReloadWatcher watcher = new ReloadWatcher(reload.running(), ConfigSnapshot::requireRoutes, reload::tryOut);
        Thread thread = new Thread(() -> watcher.lookEvery(every), "reload");
        thread.setDaemon(true);
        thread.start();
        watcher.thread = thread;
        return watcher;
    }

    private void lookEvery(Duration every) {
        try {
            while (!stop.await(every.toNanos(), TimeUnit.NANOSECONDS)) {
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    void look() {
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

    /** Waits for an edit that is being taken over. */
    @Override
    public void close() {
        stop.countDown();
        try {
            if (thread != null) {
                thread.join(PATIENCE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
