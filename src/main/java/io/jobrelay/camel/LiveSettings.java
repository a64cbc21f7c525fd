package io.jobrelay.camel;

import io.jobrelay.settings.Settings;
import java.util.function.Supplier;

/** The settings as they are now: an edit puts others in their place. */
final class LiveSettings implements Supplier<Settings> {
    private volatile Settings settings;

    LiveSettings(Settings started) {
        this.settings = started;
    }

    @Override
    public Settings get() {
        return settings;
    }

    void set(Settings next) {
        settings = next;
    }
}
