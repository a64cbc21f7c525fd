package io.jobrelay.cli;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import io.jobrelay.job.Change;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Progress;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.trust.PlainLine;
import java.io.PrintWriter;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Help.Ansi;

/** What the sandbox says on the terminal: a line for every change, and tables of what came of it all. */
final class SandboxReport {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss").withZone(ZoneId.systemDefault());
    private static final int LONGEST_JOB = 20;

    private final PrintWriter out;
    private final Ansi ansi;
    private final Clock clock;
    private final int accountWidth;
    private final Map<String, JobRecord> jobs = new TreeMap<>();
    private final Map<String, Integer> changes = new TreeMap<>();
    private final List<Change> early = new ArrayList<>();
    private boolean begun;

    /**
     * @param accounts the names that a line may begin with
     */
    SandboxReport(PrintWriter out, Ansi ansi, Clock clock, Iterable<String> accounts) {
        this.out = out;
        this.ansi = ansi;
        this.clock = clock;
        int width = "ACCOUNT".length();
        for (String account : accounts) {
            width = Math.max(width, account.length());
        }
        this.accountWidth = width;
    }

    void say(String... lines) {
        for (String line : lines) {
            out.println(line);
        }
        out.flush();
    }

    /** The table with its head in bold. */
    void say(TextTable table) {
        List<String> lines = table.lines();
        say(bold(lines.get(0)));
        lines.stream().skip(1).forEach(this::say);
    }

    /** The head of the lines; changes that came before it have waited for it. */
    synchronized void beginChanges() {
        say(bold(line("TIME", "ACCOUNT", "JOB", "FROM", "  ", "TO", "")));
        begun = true;
        early.forEach(this::changed);
        early.clear();
    }

    /** One line. Called by any number of threads. */
    synchronized void changed(Change change) {
        if (!begun) {
            early.add(change);
            return;
        }
        JobRecord job = change.job();
        jobs.put(job.id(), job);
        changes.merge(job.provider().api(), 1, Integer::sum);
        String from =
                change.previousState() == null ? "" : change.previousState().name();
        say(line(
                TIME.format(job.observeTime() == null ? clock.instant() : job.observeTime()),
                job.provider().account(),
                shortened(job.id()),
                from,
                from.isEmpty() ? "  " : "->",
                colored(job.state(), "%-19s".formatted(job.state())),
                details(job)));
    }

    private String line(String time, String account, String job, String from, String arrow, String to, String details) {
        String padded = account + " ".repeat(Math.max(0, accountWidth - account.length()));
        return "%-8s  %s  %-20s  %-9s %s %-19s  %s"
                .formatted(time, padded, PlainLine.of(job), from, arrow, to, PlainLine.of(details))
                .stripTrailing();
    }

    /** The jobs of each API and what they ended as. */
    synchronized TextTable jobs() {
        TextTable table = new TextTable("PROVIDER API", "JOBS", "CHANGES", "STATES");
        changes.forEach((api, count) -> {
            List<JobRecord> mine = jobs.values().stream()
                    .filter(job -> job.provider().api().equals(api))
                    .toList();
            Map<JobState, Long> states = mine.stream()
                    .collect(groupingBy(JobRecord::state, () -> new EnumMap<>(JobState.class), counting()));
            table.row(
                    api,
                    mine.size(),
                    count,
                    states.entrySet().stream()
                            .map(entry -> entry.getValue() + " " + entry.getKey())
                            .collect(joining(", ")));
        });
        return table;
    }

    /**
     * @param proof what is known of each destination besides what the outbox says
     */
    TextTable deliveries(List<Destinations.Count> counts, Map<String, String> proof) {
        Map<String, Map<String, Long>> byDestination = new TreeMap<>();
        for (Destinations.Count count : counts) {
            byDestination
                    .computeIfAbsent(count.destination(), name -> new TreeMap<>())
                    .put(count.status(), count.deliveries());
        }
        byDestination.remove(Outbox.CHANGES);
        TextTable table = new TextTable("DESTINATION", "DELIVERED", "PENDING", "DEAD", "");
        byDestination.forEach((name, statuses) -> table.row(
                name,
                statuses.getOrDefault(Status.DELIVERED.name(), 0L),
                statuses.getOrDefault(Status.PENDING.name(), 0L),
                statuses.getOrDefault(Status.DEAD.name(), 0L),
                proof.getOrDefault(name, "")));
        return table;
    }

    String bold(String text) {
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

    /** The provider's own name of the job; the middle of a long one is left out. */
    private static String shortened(String id) {
        String name = URLDecoder.decode(id.substring(id.lastIndexOf('/') + 1), StandardCharsets.UTF_8);
        int half = (LONGEST_JOB - 2) / 2;
        return name.length() <= LONGEST_JOB
                ? name
                : name.substring(0, half) + ".." + name.substring(name.length() - half);
    }

    private static String details(JobRecord job) {
        List<String> details = new ArrayList<>();
        if (job.reason() != null) {
            details.add(job.reason());
        }
        Progress progress = job.progress();
        if (progress != null && progress.percent() != null) {
            details.add(progress.percent().toPlainString() + " %");
        } else if (progress != null && progress.completed() != null && progress.total() != null) {
            details.add(progress.completed() + " of " + progress.total());
        }
        return String.join(", ", details);
    }
}
