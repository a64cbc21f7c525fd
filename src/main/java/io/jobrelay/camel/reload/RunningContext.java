package io.jobrelay.camel.reload;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.SnapshotSource;
import io.jobrelay.camel.destination.DestinationConfiguration;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.camel.validation.RouteFailure;
import io.jobrelay.settings.Settings;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

/**
 * The context that runs, made to run as another snapshot says: wholly, or not at all.
 *
 * @param settings those that run; others are put in their place
 * @param read what the properties say that the source has
 */
public record RunningContext(
        SnapshotSource source,
        AtomicReference<Settings> settings,
        Supplier<Settings> read,
        ProviderConfiguration providers,
        EngineConfiguration engine,
        DestinationConfiguration destinations,
        RouteReplacer routes) {
    /** A snapshot and what its properties say. */
    private record Config(ConfigSnapshot snapshot, Settings settings) {}

    /**
     * Runs the snapshot. What is under way in routes that are replaced finishes, or is begun again.
     *
     * @param reads what its route files depend on
     * @throws IllegalStateException if that cannot be done; then all is as it was, unless it says otherwise
     */
    void replace(ConfigSnapshot next, Map<String, Set<String>> reads) {
        Config before = new Config(source.snapshot(), requireNonNull(settings.get(), "settings are read"));
        engine.polls().editBegins();
        providers.holdApis();
        try {
            source.serve(next);
            Config after = new Config(next, read.get());
            replace(before, after, plan(before, after, reads));
        } catch (RuntimeException e) {
            source.serve(before.snapshot);
            throw e;
        } finally {
            providers.releaseApis();
            engine.polls().editEnds();
            engine.outboxes().forgetReaders();
        }
    }

    private ReloadPlan plan(Config before, Config after, Map<String, Set<String>> reads) {
        Set<String> changed = before.snapshot.differences(after.snapshot);
        changed.addAll(source.differences(before.snapshot, after.snapshot));
        List<String> beans = new ArrayList<>();
        for (String name : DestinationConfiguration.differences(before.settings, after.settings)) {
            changed.add("outbox:" + name);
            beans.addAll(DestinationConfiguration.beans(name));
        }
        if (needsClient(before, after)) {
            beans.add(ProviderConfiguration.CLIENT);
        }
        return ReloadPlan.of(before.snapshot, after.snapshot, changed, reads, beans);
    }

    private static boolean needsClient(Config before, Config after) {
        return !before.settings.poll().equals(after.settings.poll());
    }

    private void replace(Config before, Config after, ReloadPlan plan) {
        try {
            carryOut(before, after, plan);
        } catch (Exception e) {
            String why = new RouteFailure(e).message();
            source.serve(before.snapshot);
            try {
                carryOut(after, before, plan);
            } catch (Exception worse) {
                e.addSuppressed(worse);
                why = "%s; and what ran before could not be put back: %s; correct it, or restart"
                        .formatted(why, new RouteFailure(worse).message());
            }
            throw new IllegalStateException(why, e);
        }
    }

    private void carryOut(Config before, Config after, ReloadPlan plan) throws Exception {
        routes.remove(plan.of(before.snapshot));
        settings.set(after.settings);
        destinations.reopen(DestinationConfiguration.differences(before.settings, after.settings), after.settings);
        if (needsClient(before, after)) {
            providers.renewClient();
        }
        providers.renewTokens();
        routes.add(plan.of(after.snapshot));
    }
}
