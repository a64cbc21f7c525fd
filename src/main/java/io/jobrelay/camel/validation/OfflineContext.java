package io.jobrelay.camel.validation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.camel.config.SnapshotSource;
import io.jobrelay.camel.config.WithoutCliConnector;
import io.jobrelay.camel.destination.DestinationConfiguration;
import io.jobrelay.camel.engine.EngineConfiguration;
import io.jobrelay.camel.metrics.Tracing;
import io.jobrelay.camel.provider.ProviderConfiguration;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Problem;
import io.jobrelay.settings.Settings;
import io.jobrelay.settings.SettingsReader;
import io.jobrelay.status.ReloadStatus;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.Route;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.apache.camel.util.FileUtil;

/**
 * A Camel context with every bean that a route may name, and no way out: nothing is written but in a temporary directory,
 * no port is opened, no request is sent. A watch is polled against a reply that is given.
 */
abstract class OfflineContext implements AutoCloseable {
    private final OfflineClient client = new OfflineClient();
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private final SnapshotSource source;
    private final Main main;
    private final SettingsReader.Reading reading;
    private final Secrets secrets;
    private final Clock clock;
    private final ProviderConfiguration providers;
    private final OutwardSteps steps;

    /**
     * Starts it, with defaults for settings that are wrong, and without routes.
     *
     * @throws IllegalStateException if Camel refuses its own settings
     */
    OfflineContext(ConfigSnapshot snapshot, Map<String, String> overrides, Secrets secrets, Clock clock) {
        this.secrets = secrets;
        this.clock = clock;
        source = new SnapshotSource(snapshot);
        main = start(overrides);
        open.push(main::stop);
        try {
            Path directory = Files.createTempDirectory("jobrelay-check");
            open.push(() -> FileUtil.removeDir(directory.toFile()));
            CamelContext context = main.getCamelContext();
            steps = new OutwardSteps(context, client, secrets);
            reading = ContextSettings.reader(context, snapshot.properties(), overrides, secrets)
                    .reading();
            Settings offline = OfflineSettings.of(reading.settings(), directory, SeedWatch.accounts());
            providers = new ProviderConfiguration(context, () -> offline, secrets, clock);
            // Bound again it would stand beside the real one, and Camel would take the first.
            context.getRegistry().unbind(ProviderConfiguration.CLIENT);
            context.getRegistry().bind(ProviderConfiguration.CLIENT, client);
            EngineConfiguration engine = new EngineConfiguration(
                    context, () -> offline, providers, new ReloadStatus(clock), clock, System::nanoTime, change -> {});
            open.push(engine);
            open.push(new DestinationConfiguration(context, offline, secrets, clock, engine.checks()));
        } catch (IOException e) {
            close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private Main start(Map<String, String> overrides) {
        Main main = new Main();
        // Camel's own would keep each for ever, in a hook of the virtual machine.
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        source.serve(main);
        main.addMainListener(new WithoutCliConnector());
        main.configure().withRoutesIncludePattern("false");
        overrides.forEach(main::addOverrideProperty);
        main.addOverrideProperty("camel.main.auto-startup", "false");
        main.addOverrideProperty("camel.main.jmx-enabled", "false");
        main.addOverrideProperty(ContextSettings.MANAGEMENT, "false");
        main.addOverrideProperty(ContextSettings.METRICS, "false");
        main.addOverrideProperty(Tracing.ENABLED, "false");
        try {
            main.start();
            return main;
        } catch (Exception e) {
            main.stop();
            throw ContextSettings.cause(e, secrets);
        }
    }

    SnapshotSource source() {
        return source;
    }

    CamelContext context() {
        return main.getCamelContext();
    }

    /** What is wrong with the settings. */
    public List<Problem> settingsProblems() {
        return reading.problems();
    }

    /** The accounts that lack what they need, as {@link #settingsProblems} has it. */
    Set<String> brokenAccounts() {
        return reading.brokenAccounts();
    }

    /** The settings, with defaults where they are wrong. */
    public Settings settings() {
        return reading.settings();
    }

    /** The secrets among the properties; what is said of files shows none. */
    public Secrets secrets() {
        return secrets;
    }

    OfflineClient client() {
        return client;
    }

    OutwardSteps steps() {
        return steps;
    }

    Clock clock() {
        return clock;
    }

    ProviderConfiguration providers() {
        return providers;
    }

    /**
     * Polls the watch as its provider would answer it.
     *
     * @throws PollFailedException if that answer brings no records
     */
    public List<JobRecord> poll(Watch watch, ProviderReply answer) {
        client.set(request -> OfflineClient.response(answer, Map.of()));
        startDirectRoutes();
        return providers.poll(watch);
    }

    /**
     * The records that a poll of the watch brings, as {@code seeds/<api>/records/} have them: without the time of the poll.
     *
     * @param headers of the reply, beside Content-Type
     * @throws PollFailedException if the answer brings no records
     */
    public JsonNode records(Watch watch, ProviderReply answer, Map<String, String> headers) {
        client.set(request -> OfflineClient.response(answer, headers));
        startDirectRoutes();
        // Read as they will be read: a value has another form here than in a record.
        JsonNode records = Json.read(Json.write(providers.poll(watch)), JsonNode.class);
        records.forEach(record -> ((ObjectNode) record).remove("observeTime"));
        return records;
    }

    /** So that they can be called. */
    void startDirectRoutes() {
        CamelContext context = context();
        try {
            for (Route route : context.getRoutes()) {
                boolean stopped = !context.getRouteController()
                        .getRouteStatus(route.getRouteId())
                        .isStarted();
                if (stopped && route.getEndpoint().getEndpointUri().startsWith("direct:")) {
                    context.getRouteController().startRoute(route.getRouteId());
                }
            }
        } catch (Exception e) {
            throw ContextSettings.cause(e, secrets);
        }
    }

    @Override
    public void close() {
        Exception failure = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw new IllegalStateException("cannot close the dry run: " + failure, failure);
        }
    }
}
