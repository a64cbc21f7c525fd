package io.jobrelay.cli;

import io.jobrelay.camel.Relay;
import io.jobrelay.job.Change;
import io.jobrelay.sandbox.SandboxProviders;
import io.jobrelay.sandbox.WebhookReceiver;
import io.jobrelay.settings.PortInUseException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** {@code jobrelay sandbox} */
@Command(
        name = SandboxCommand.NAME,
        description = "Runs against providers that are played on this machine, with a queue and a webhook receiver.",
        exitCodeList = {
            "0:played to the end or stopped, or with --until-done every job succeeded",
            "1:could not start",
            "3:with --until-done: some job did not succeed",
            "4:with --until-done: some delivery is dead, or its destination is disabled or not there"
        })
final class SandboxCommand extends Subcommand {
    static final String NAME = "sandbox";

    private static final Path SEEDS = Path.of("seeds");
    private static final Path DATA = Path.of("data", "sandbox");
    private static final String LOG_LEVEL = "jobrelay.log-level";

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "How long the jobs take until the last has ended, about. Default: ${DEFAULT-VALUE}.",
            defaultValue = "30")
    private int seconds;

    @Option(
            names = "--all",
            description =
                    "Play every provider API of seeds/, not only those whose accounts application.properties has.")
    private boolean all;

    @Option(names = "--until-done", description = "Exit with the status that run --until-done would have.")
    private boolean untilDone;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (seconds < 1) {
            throw usageError("--seconds: at least 1, was " + seconds);
        }
        // Before anything is logged, so that the terminal shows the changes and little else.
        System.setProperty(LOG_LEVEL, System.getProperty(LOG_LEVEL, "WARN"));
        try (SandboxProviders providers = SandboxProviders.start(SEEDS, clock, Duration.ofSeconds(seconds), all);
                WebhookReceiver receiver = new WebhookReceiver(clock)) {
            DirectoryTree.delete(DATA);
            Map<String, String> overrides = overrides();
            overrides.putAll(providers.properties());
            overrides.putAll(receiver.properties());
            SandboxReport report = new SandboxReport(out(), Ansi.AUTO, clock, providers, receiver);
            report.introduce(seconds);
            return run(report, overrides);
        }
    }

    private int run(SandboxReport report, Map<String, String> overrides) throws InterruptedException {
        Relay relay = start(overrides, report::changed);
        Running running = new Running(relay);
        try {
            report.begin(running.serve(relay.settings().http()) + "/");
            boolean done = running.untilDone();
            int status = done && untilDone ? Running.status(relay.engine()) : ExitStatus.OK;
            report.conclude(done, relay.engine().destinations().counts());
            return status;
        } finally {
            running.close();
        }
    }

    private static Map<String, String> overrides() throws IOException {
        Properties properties = new Properties();
        try (InputStream file = SandboxCommand.class.getResourceAsStream("/sandbox.properties")) {
            properties.load(file);
        }
        Map<String, String> overrides = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> overrides.put(name, properties.getProperty(name)));
        return overrides;
    }

    /** Serves the page where the settings say, or at a free port: a newcomer's first run must not fail for that. */
    private Relay start(Map<String, String> overrides, Consumer<Change> changes) {
        try {
            return Relay.start(Relay.Scope.EVERYTHING, overrides, clock, changes);
        } catch (PortInUseException e) {
            overrides.put("jobrelay.http.port", "0");
            return Relay.start(Relay.Scope.EVERYTHING, overrides, clock, changes);
        }
    }
}
