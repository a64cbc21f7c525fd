package io.jobrelay.camel.reload;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.LiveProperties;
import io.jobrelay.camel.config.SnapshotSource;
import io.jobrelay.camel.destination.DestinationConfiguration;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.camel.validation.RouteFailure;
import io.jobrelay.settings.InvalidSettingsException;
import io.jobrelay.settings.Settings;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.camel.CamelContext;

/** The line that runs, made to run as another snapshot of its files says: wholly, or not at all. */
public final class Reloader {
    private final CamelContext context;
    private final SnapshotSource files;
    private final Supplier<Settings> settings;
    private final Consumer<Settings> replace;
    private final Supplier<Settings> read;
    private final ProviderConfiguration providers;
    private final EngineConfiguration engine;
    private final DestinationConfiguration destinations;
    private final RouteReplacer routes;

    /**
     * @param settings those that run
     * @param replace puts others in their place
     * @param read reads the settings of the snapshot that is served
     */
    public Reloader(
            CamelContext context,
            SnapshotSource files,
            Supplier<Settings> settings,
            Consumer<Settings> replace,
            Supplier<Settings> read,
            ProviderConfiguration providers,
            EngineConfiguration engine,
            DestinationConfiguration destinations,
            LongSupplier nanoTime) {
        this.context = context;
        this.files = files;
        this.settings = settings;
        this.replace = replace;
        this.read = read;
        this.providers = providers;
        this.engine = engine;
        this.destinations = destinations;
        this.routes = new RouteReplacer(context, nanoTime);
    }

    /** The snapshot that runs. */
    ConfigSnapshot snapshot() {
        return files.snapshot();
    }

    /** The properties that it was started with. */
    LiveProperties started() {
        return files.started();
    }

    /**
     * Changes over. What is under way in the routes that are replaced finishes, or is begun anew.
     *
     * @throws IllegalStateException if that cannot be done; then all is as it was, unless it says otherwise
     */
    void change(ConfigSnapshot next) {
        engine.polls().editBegins();
        providers.holdApis();
        try {
            changeOver(next);
        } finally {
            providers.releaseApis();
            engine.polls().editEnds();
            engine.outboxes().forgetReaders();
        }
    }

    private void changeOver(ConfigSnapshot next) {
        ConfigSnapshot before = files.snapshot();
        Settings old = settings.get();
        files.serve(next);
        Change change;
        try {
            change = new Change(before, next, old, read.get());
        } catch (InvalidSettingsException e) {
            files.serve(before);
            throw e;
        }
        try {
            apply(change);
        } catch (Exception e) {
            files.serve(before);
            try {
                apply(new Change(next, before, change.settingsAfter(), old));
            } catch (Exception worse) {
                e.addSuppressed(worse);
                throw new IllegalStateException(
                        "%s; and what ran before could not be put back: %s; mend it, or start anew"
                                .formatted(new RouteFailure(e).message(), new RouteFailure(worse).message()),
                        e);
            }
            throw new IllegalStateException(new RouteFailure(e).message(), e);
        }
    }

    private record Change(
            ConfigSnapshot before, ConfigSnapshot after, Settings settingsBefore, Settings settingsAfter) {}

    private void apply(Change change) throws Exception {
        Set<String> reopened = DestinationConfiguration.differences(change.settingsBefore(), change.settingsAfter());
        boolean newClient =
                !change.settingsBefore().poll().equals(change.settingsAfter().poll());
        Set<String> beans = new TreeSet<>();
        reopened.forEach(name -> beans.addAll(DestinationConfiguration.beans(name)));
        if (newClient) {
            beans.add(ProviderConfiguration.CLIENT);
        }
        Set<String> affected =
                ReloadPlan.files(context, change.before(), change.after(), keys(change), beans, reopened);
        routes.remove(affected, change.before());
        replace.accept(change.settingsAfter());
        destinations.reopen(reopened, change.settingsAfter());
        if (newClient) {
            providers.renewClient();
        }
        providers.renewTokens();
        routes.unbind(affected, change.before(), change.after());
        routes.add(affected, change.after());
    }

    /** The properties that have changed, those among them that take their values from others. */
    private Set<String> keys(Change change) {
        Map<String, String> before = started().effective(change.before().properties());
        Map<String, String> after = started().effective(change.after().properties());
        Set<String> keys = LiveProperties.differences(before, after);
        int size;
        do {
            size = keys.size();
            after.forEach((key, value) -> {
                if (keys.stream().anyMatch(other -> value.contains("{{" + other))) {
                    keys.add(key);
                }
            });
        } while (keys.size() > size);
        return keys;
    }
}
