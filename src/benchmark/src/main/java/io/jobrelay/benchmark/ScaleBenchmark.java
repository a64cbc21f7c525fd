package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Memory and time for each poll as watches grow in number. The more there are, the slower each is polled, so that the
 * polls of a second stay the same and only the number of watches differs.
 */
final class ScaleBenchmark {
    /** So many watches are polled once; all others are copies of them. */
    private static final int ORIGINALS = 1_000;

    private final Path directory;
    private final Provider provider;
    private final Load load;
    private final int perSecond;

    /**
     * @param perSecond polls that fall due in a second
     */
    ScaleBenchmark(Path directory, Provider provider, Load load, int perSecond) {
        this.directory = directory;
        this.provider = provider;
        this.load = load;
        this.perSecond = perSecond;
    }

    /** What so many watches have shown. */
    record Size(int watches, Sample polls, double liveMegabytes, double residentMegabytes, double ledgerMegabytes) {}

    /** The watches of a size as a multiple of a thousand. */
    Size of(int watches) throws IOException, InterruptedException, SQLException {
        Path own = Files.createTempDirectory(directory, "scale");
        Path ledger = own.resolve("data/ledger.db");
        fill(own);
        Duration every = Duration.ofSeconds(Math.max(1, watches / perSecond));
        try (LedgerRows rows = new LedgerRows(ledger)) {
            rows.multiply(Math.max(1, watches / ORIGINALS), every);
            // Last, since making a million takes minutes, and what fell due meanwhile would be polled all at once.
            rows.spread(every, Instant.now());
        }
        Files.delete(own.resolve("watches/all.yaml"));
        provider.reset();
        long begin = System.nanoTime();
        try (Program program = Program.jobrelay(own, own.resolve("jobrelay.log"), load.options(), "run")) {
            program.await("polled", () -> provider.counts().polls() > 0);
            double firstPoll = (System.nanoTime() - begin) / 1e9;
            Thread.sleep(load.warmUp().toMillis());
            Sample polls = new PollRun(provider, load).measure(program, firstPoll);
            double resident = program.residentMegabytes();
            try (Vitals vitals = Vitals.of(program)) {
                return new Size(
                        watches,
                        polls,
                        vitals.liveBytes() / 1024.0 / 1024,
                        resident,
                        Files.size(ledger) / 1024.0 / 1024);
            }
        } finally {
            Files.deleteIfExists(ledger); // gigabytes, for the largest
        }
    }

    /** A ledger in which a thousand jobs have been polled once. */
    private void fill(Path own) throws IOException, InterruptedException {
        provider.reset();
        JobrelayDirectory.prepare(own, Api.HUAWEI, provider, load.concurrency(), Map.of());
        JobrelayDirectory.watch(own, Api.HUAWEI, ORIGINALS, LedgerRows.PACE);
        try (Program program = Program.jobrelay(own, own.resolve("jobrelay.log"), load.options(), "run")) {
            program.await("polled every job", () -> provider.counts().polls() >= ORIGINALS);
        }
    }

    static Table table(List<Size> sizes) {
        Table table = new Table(
                "watches",
                "polls/s",
                "CPU ms/poll",
                "of the first",
                "KB/poll",
                "live heap",
                "resident",
                "ledger",
                "first poll after");
        for (Size size : sizes) {
            table.row(
                    Table.number(size.watches(), 0),
                    Table.number(size.polls().perSecond(), 0),
                    Table.number(size.polls().cpuMillis(), 3),
                    Table.number(size.polls().cpuMillis() / sizes.get(0).polls().cpuMillis(), 2),
                    Table.number(size.polls().bytes() / 1024, 0),
                    Table.number(size.liveMegabytes(), 0) + " MB",
                    Table.number(size.residentMegabytes(), 0) + " MB",
                    Table.number(size.ledgerMegabytes(), 0) + " MB",
                    Table.number(size.polls().firstPollSeconds(), 1) + " s");
        }
        return table;
    }
}
