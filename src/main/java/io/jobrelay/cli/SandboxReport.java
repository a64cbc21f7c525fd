package io.jobrelay.cli;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Destinations.Count;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.sandbox.QueueReader;
import io.jobrelay.sandbox.SandboxProviders;
import io.jobrelay.sandbox.SandboxProviders.Endpoint;
import io.jobrelay.sandbox.WebhookReceiver;
import java.io.PrintWriter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Ansi;

/** What the sandbox prints: who talks to whom, a line for every change, and tables of the results. */
final class SandboxReport {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final String QUEUE = "jobrelay.changes";
    private static final int LONGEST_JOB = 20;

    private final PrintWriter out;
    private final Ansi ansi;
    private final Clock clock;
    private final SandboxProviders providers;
    private final WebhookReceiver receiver;
    private final int accountWidth;
    private final Map<String, JobRecord> jobs = new TreeMap<>();
    private final Map<String, Integer> changes = new TreeMap<>();
    private @Nullable List<Change> early = new ArrayList<>();

    SandboxReport(PrintWriter out, Ansi ansi, Clock clock, SandboxProviders providers, WebhookReceiver receiver) {
        this.out = out;
        this.ansi = ansi;
        this.clock = clock;
        this.providers = providers;
        this.receiver = receiver;
        this.accountWidth = Stream.concat(
                        Stream.of("ACCOUNT"), providers.endpoints().stream().map(Endpoint::account))
                .mapToInt(String::length)
                .max()
                .orElse(0);
    }

    void introduce(int seconds) {
        List<Endpoint> endpoints = providers.endpoints();
        TextTable from = new TextTable("FROM", "", "");
        endpoints.forEach(endpoint -> from.row(endpoint.account(), endpoint.url(), String.join(", ", endpoint.apis())));
        TextTable to = new TextTable("TO", "", "");
        to.row("file", file(), "every change");
        to.row("queue", QUEUE, "jobs that have ended; an Artemis broker in this process");
        to.row("webhook", receiver.url(), "jobs that did not succeed; signed as Standard Webhooks");
        print(
                bold("Jobrelay sandbox"),
                "Watches the jobs of %d accounts for about %d s. Nothing leaves this machine: the providers are played from"
                        .formatted(endpoints.size(), seconds),
                "seeds/ and verify every signature. routes/router.camel.yaml decides which change goes where.",
                "");
        print(from);
        print(to);
    }

    /** Prints the address of the page and the head of the changes; those that came earlier have waited for it. */
    synchronized void begin(String page) {
        print("Page: " + page, "", bold(line("TIME", "ACCOUNT", "JOB", "FROM", "  ", "TO", "")));
        List<Change> waiting = early == null ? List.of() : early;
        early = null;
        waiting.forEach(this::changed);
    }

    /** Prints a line. Called by any number of threads. */
    synchronized void changed(Change change) {
        if (early != null) {
            early.add(change);
            return;
        }
        JobRecord job = change.job();
        jobs.put(job.id(), job);
        changes.merge(job.provider().api(), 1, Integer::sum);
        String from =
                change.previousState() == null ? "" : change.previousState().name();
        print(line(
                TIME.format(job.observeTime() == null ? clock.instant() : job.observeTime()),
                job.provider().account(),
                shortened(job.id()),
                from,
                from.isEmpty() ? "  " : "->",
                colored(job.state(), "%-19s".formatted(job.state())),
                Stream.of(
                                job.reason() == null ? "" : job.reason(),
                                Column.progress("").cell().apply(Json.MAPPER.valueToTree(job)))
                        .filter(detail -> !detail.isEmpty())
                        .collect(joining(", "))));
    }

    private String line(String time, String account, String job, String from, String arrow, String to, String details) {
        String padded = account + " ".repeat(Math.max(0, accountWidth - account.length()));
        return "%-8s  %s  %-20s  %-9s %s %-19s  %s"
                .formatted(time, padded, PlainLine.of(job), from, arrow, to, PlainLine.of(details))
                .stripTrailing();
    }

    /**
     * @param done false if it was stopped before the end
     */
    synchronized void conclude(boolean done, List<Count> deliveries) {
        print("");
        print(jobs());
        print(deliveries(deliveries));
        print(
                "%s The providers verified %d signatures and refused %d."
                        .formatted(
                                done ? "All jobs have ended and everything is delivered." : "Stopped before the end.",
                                providers.accepted(),
                                providers.refused()),
                "");
        TextTable next = new TextTable("TRY NEXT", "");
        next.row("tail -n 1 " + file(), "an event, as every destination gets it");
        next.row("less routes/router.camel.yaml", "change where changes go, and run this again");
        next.row(command("check"), "what your own accounts and watches still need");
        print(next);
    }

    private TextTable jobs() {
        TextTable table = new TextTable("PROVIDER API", "JOBS", "CHANGES", "STATES");
        changes.forEach((api, count) -> {
            Map<JobState, Long> states = jobs.values().stream()
                    .filter(job -> job.provider().api().equals(api))
                    .collect(groupingBy(JobRecord::state, () -> new EnumMap<>(JobState.class), counting()));
            table.row(
                    api,
                    states.values().stream().mapToLong(Long::longValue).sum(),
                    count,
                    states.entrySet().stream()
                            .map(entry -> entry.getValue() + " " + entry.getKey())
                            .collect(joining(", ")));
        });
        return table;
    }

    private TextTable deliveries(List<Count> counts) {
        Map<String, String> evidence = Map.of(
                "file", file(),
                "queue", QueueReader.drain(QUEUE).size() + " messages read back from " + QUEUE,
                "webhook",
                        "%d signatures verified, %d refused"
                                .formatted(receiver.received().size(), receiver.refused()));
        TextTable table = new TextTable("DESTINATION", "DELIVERED", "PENDING", "DEAD", "");
        counts.stream()
                .filter(count -> !count.destination().equals(Outbox.CHANGES))
                .collect(groupingBy(Count::destination, TreeMap::new, toMap(Count::status, Count::deliveries)))
                .forEach((name, statuses) -> table.row(
                        name,
                        statuses.getOrDefault(Status.DELIVERED.name(), 0L),
                        statuses.getOrDefault(Status.PENDING.name(), 0L),
                        statuses.getOrDefault(Status.DEAD.name(), 0L),
                        evidence.getOrDefault(name, "")));
        return table;
    }

    /** Prints a table with its head in bold, and an empty line. */
    private void print(TextTable table) {
        List<String> lines = table.lines();
        print(bold(lines.get(0)));
        lines.stream().skip(1).forEach(this::print);
        print("");
    }

    private void print(String... lines) {
        Stream.of(lines).forEach(out::println);
        out.flush();
    }

    private String bold(String text) {
        return ansi.string("@|bold " + text + "|@");
    }

    private String colored(JobState state, String text) {
        String color = switch (state) {
            case SUCCEEDED -> "green";
            case PARTIALLY_SUCCEEDED, CANCELLED, CANCELLING -> "yellow";
            case FAILED -> "red";
            case UNKNOWN -> "magenta";
            case QUEUED, STARTING, RUNNING, PAUSED -> "cyan";
        };
        return ansi.string("@|" + color + " " + text + "|@");
    }

    /** The provider's own name of the job, without the middle if it is long. */
    private static String shortened(String id) {
        String name = URLDecoder.decode(id.substring(id.lastIndexOf('/') + 1), StandardCharsets.UTF_8);
        int half = (LONGEST_JOB - 2) / 2;
        return name.length() <= LONGEST_JOB
                ? name
                : name.substring(0, half) + ".." + name.substring(name.length() - half);
    }

    /** A command as the user would type it who started this one. */
    private static String command(String name) {
        boolean fromSource = Version.class.getPackage().getImplementationVersion() == null;
        return fromSource ? "mvn -q compile exec:java -Dexec.args=" + name : "jobrelay " + name;
    }

    private String file() {
        return "out/changes-" + LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC) + ".ndjson";
    }
}
