package io.jobrelay.camel.reload;

import static java.util.Objects.requireNonNull;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.camel.config.LiveProperties;
import io.jobrelay.camel.config.SnapshotSource;
import io.jobrelay.camel.destination.DestinationConfiguration;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.camel.validation.RouteFailure;
import io.jobrelay.settings.Settings;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.apache.camel.CamelContext;

/** The context that runs, made to run as another snapshot says: wholly, or not at all. */
public final class RunningContext {
    private final CamelContext context;
    private final SnapshotSource source;
    private final Map<String, String> overrides;
    private final AtomicReference<Settings> settings;
    private final ProviderConfiguration providers;
    private final EngineConfiguration engine;
    private final DestinationConfiguration destinations;
    private final RouteReplacer routes;

    /**
     * @param overrides properties that win over those of a snapshot
     * @param settings those that run; others are put in their place
     */
    public RunningContext(
            CamelContext context,
            SnapshotSource source,
            Map<String, String> overrides,
            AtomicReference<Settings> settings,
            ProviderConfiguration providers,
            EngineConfiguration engine,
            DestinationConfiguration destinations,
            LongSupplier nanoTime) {
        this.context = context;
        this.source = source;
        this.overrides = overrides;
        this.settings = settings;
        this.providers = providers;
        this.engine = engine;
        this.destinations = destinations;
        this.routes = new RouteReplacer(context, nanoTime);
    }

    ConfigSnapshot snapshot() {
        return source.snapshot();
    }

    LiveProperties started() {
        return source.started();
    }

    /**
     * Runs the snapshot. What is under way in routes that are replaced finishes, or is begun again.
     *
     * @param reads what its route files depend on
     * @throws IllegalStateException if that cannot be done; then all is as it was, unless it says otherwise
     */
    void replace(ConfigSnapshot next, Map<String, Set<String>> reads) {
        engine.polls().editBegins();
        providers.holdApis();
        ConfigSnapshot before = snapshot();
        try {
            source.serve(next);
            Settings read = ContextSettings.reader(context, next.properties(), overrides, providers.secrets())
                    .read();
            apply(ReloadPlan.of(started(), before, next, requireNonNull(settings.get(), "started"), read, reads));
        } catch (RuntimeException e) {
            source.serve(before);
            throw e;
        } finally {
            providers.releaseApis();
            engine.polls().editEnds();
            engine.outboxes().forgetReaders();
        }
    }

    private void apply(ReloadPlan plan) {
        try {
            carryOut(plan);
        } catch (Exception e) {
            String why = new RouteFailure(e).message();
            source.serve(plan.before());
            try {
                carryOut(plan.reversed());
            } catch (Exception worse) {
                e.addSuppressed(worse);
                why = "%s; and what ran before could not be put back: %s; correct it, or restart"
                        .formatted(why, new RouteFailure(worse).message());
            }
            throw new IllegalStateException(why, e);
        }
    }

    private void carryOut(ReloadPlan plan) throws Exception {
        routes.remove(plan.replaced(plan.before()));
        settings.set(plan.settingsAfter());
        destinations.reopen(plan.destinations(), plan.settingsAfter());
        if (plan.client()) {
            providers.renewClient();
        }
        providers.renewTokens();
        routes.add(plan.replaced(plan.after()));
    }
}
