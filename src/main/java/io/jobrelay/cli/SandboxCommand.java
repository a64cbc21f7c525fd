package io.jobrelay.cli;

import io.jobrelay.camel.Relay;
import io.jobrelay.camel.config.ContextSettings;
import io.jobrelay.job.Change;
import io.jobrelay.sandbox.QueueReader;
import io.jobrelay.sandbox.SandboxProviders;
import io.jobrelay.sandbox.SandboxProviders.Endpoint;
import io.jobrelay.sandbox.WebhookReceiver;
import io.jobrelay.settings.PortInUseException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    private static final String QUEUE = "jobrelay.changes";
    private static final String LOG_LEVEL = "jobrelay.log-level";

    @Option(
            names = "--seconds",
            paramLabel = "N",
            description = "How long the jobs take until the last has ended, about. Default: ${DEFAULT-VALUE}.",
            defaultValue = "30")
    private int seconds;

    @Option(names = "--until-done", description = "Let the exit status tell how the jobs ended, as run does.")
    private boolean untilDone;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (seconds < 1) {
            throw refused("--seconds: at least 1, was " + seconds);
        }
        // Before anything is logged: the terminal is for what happens.
        System.setProperty(LOG_LEVEL, System.getProperty(LOG_LEVEL, "WARN"));
        try (SandboxProviders providers = SandboxProviders.start(SEEDS, clock, Duration.ofSeconds(seconds));
                WebhookReceiver receiver = new WebhookReceiver(clock)) {
            DirectoryTree.delete(DATA);
            List<Endpoint> endpoints = providers.endpoints();
            SandboxReport report = new SandboxReport(
                    out(),
                    Ansi.AUTO,
                    clock,
                    endpoints.stream().map(Endpoint::account).toList());
            introduce(report, endpoints, receiver);
            return run(report, providers, receiver);
        }
    }

    private int run(SandboxReport report, SandboxProviders providers, WebhookReceiver receiver)
            throws InterruptedException {
        Relay relay = start(overrides(providers, receiver), report::changed);
        Running running = new Running(relay);
        try {
            report.say("Page: " + running.serve(relay.settings().http()) + "/", "");
            report.beginChanges();
            boolean done = running.untilDone();
            int status = done && untilDone ? Running.status(relay.engine()) : ExitStatus.OK;
            conclude(report, done, relay, providers, receiver);
            return status;
        } finally {
            running.close();
        }
    }

    /** The user's own settings, but for where to: nothing of the sandbox leaves this machine or this directory. */
    private static Map<String, String> overrides(SandboxProviders providers, WebhookReceiver receiver) {
        Map<String, String> overrides = new HashMap<>(providers.properties());
        overrides.putAll(receiver.properties());
        overrides.put("jobrelay.instance", NAME);
        overrides.put(ContextSettings.MANAGEMENT, "false");
        overrides.put("jobrelay.http.enabled", "true");
        overrides.put("jobrelay.http.host", "127.0.0.1");
        overrides.put("jobrelay.ledger.url", "jdbc:sqlite:" + DATA.resolve("ledger.db"));
        overrides.put("jobrelay.destination.file.enabled", "true");
        overrides.put("jobrelay.destination.file.path", "out/changes-{date}.ndjson");
        overrides.put("jobrelay.destination.queue.enabled", "true");
        overrides.put("jobrelay.destination.queue.queue", QUEUE);
        overrides.put("jobrelay.destination.queue.port", "");
        overrides.put("jobrelay.destination.queue.broker-url", "");
        overrides.put("jobrelay.destination.amqp.enabled", "false");
        overrides.put("jobrelay.destination.amqp.url", "");
        overrides.put("jobrelay.destination.kafka.enabled", "false");
        overrides.put("jobrelay.destination.kafka.brokers", "");
        return overrides;
    }

    private void introduce(SandboxReport report, List<Endpoint> endpoints, WebhookReceiver receiver) {
        TextTable from = new TextTable("FROM", "", "");
        endpoints.forEach(endpoint -> from.row(endpoint.account(), endpoint.url(), String.join(", ", endpoint.apis())));
        TextTable to = new TextTable("TO", "", "");
        to.row("file", file(), "every change");
        to.row("queue", QUEUE, "jobs that have ended; an Artemis broker in this process");
        to.row("webhook", receiver.url(), "jobs that did not succeed; signed as Standard Webhooks");
        report.say(
                report.bold("Jobrelay sandbox"),
                "Watches the jobs of %d accounts for about %d s. Nothing leaves this machine: the providers are played from"
                        .formatted(endpoints.size(), seconds),
                "seeds/ and check every signature. routes/router.camel.yaml decides which change goes where.",
                "");
        report.say(from);
        report.say("");
        report.say(to);
        report.say("");
    }

    /** With the page where the settings say, or elsewhere if that is taken: what a newcomer runs first does not fail for that. */
    private Relay start(Map<String, String> overrides, Consumer<Change> changes) {
        try {
            return Relay.start(Relay.Scope.EVERYTHING, overrides, clock, changes);
        } catch (PortInUseException e) {
            overrides.put("jobrelay.http.port", "0");
            return Relay.start(Relay.Scope.EVERYTHING, overrides, clock, changes);
        }
    }

    private void conclude(
            SandboxReport report, boolean done, Relay relay, SandboxProviders providers, WebhookReceiver receiver) {
        Map<String, String> proof = Map.of(
                "file", file(),
                "queue", QueueReader.drain(QUEUE).size() + " messages read back from " + QUEUE,
                "webhook",
                        "%d signatures verified, %d refused"
                                .formatted(receiver.received().size(), receiver.refused()));
        report.say("");
        report.say(report.jobs());
        report.say("");
        report.say(report.deliveries(relay.engine().destinations().counts(), proof));
        report.say(
                "",
                "%s The providers verified %d signatures and refused %d."
                        .formatted(
                                done ? "All jobs have ended and everything is delivered." : "Stopped before the end.",
                                providers.accepted(),
                                providers.refused()),
                "");
        report.say(next());
    }

    private TextTable next() {
        TextTable next = new TextTable("TRY NEXT", "");
        next.row("tail -n 1 " + file(), "an event, as every destination gets it");
        next.row("less routes/router.camel.yaml", "change where changes go, and run this again");
        next.row(command("check"), "what your own accounts and watches still need");
        return next;
    }

    /** How the user who started this starts a command. */
    private static String command(String name) {
        boolean fromSource = Version.class.getPackage().getImplementationVersion() == null;
        return fromSource ? "mvn -q compile exec:java -Dexec.args=" + name : "jobrelay " + name;
    }

    private String file() {
        return "out/changes-" + LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC) + ".ndjson";
    }
}
