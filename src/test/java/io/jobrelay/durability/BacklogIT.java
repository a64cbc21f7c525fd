package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.LongForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What waits, waits on disk. In full: {@code mvn -Dit.test=BacklogIT -Djobrelay.test.pending=1000000
 * -Djobrelay.test.drained=1000000 verify}.
 */
class BacklogIT {
    private static final Logger LOG = LoggerFactory.getLogger(BacklogIT.class);
    /** Of half a kilobyte each and more: together they would not fit into the memory that the process has. */
    private static final int PENDING = Integer.getInteger("jobrelay.test.pending", LongForm.count(200_000, 100_000));

    private static final int DRAINED = Integer.getInteger("jobrelay.test.drained", LongForm.count(2_000, 500));
    private static final String HEAP = "96m";

    @TempDir
    private Path directory;

    @Test
    void a_dead_destination_and_a_long_backlog_fit_into_a_small_memory() throws Exception {
        Installation installation = new Installation(directory)
                .set("jobrelay.destination.file.path", "out/changes.ndjson")
                .set("jobrelay.delivery.schedule", "0s,1h")
                .webhook("dead", "http://127.0.0.1:1/", true);
        long begin = System.nanoTime();
        PendingDeliveries.add(installation.ledgerFile(), PENDING / 2, 2, List.of("dead", "file"));
        long generated = System.nanoTime();
        try (JobrelayProcess jobrelay =
                installation.start("-Xmx" + HEAP, "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC")) {
            Awaitility.await()
                    .atMost(Duration.ofMillis(60_000L + 20L * DRAINED))
                    .pollInterval(Duration.ofMillis(200))
                    .conditionEvaluationListener(condition ->
                            assertThat(jobrelay.alive()).as(jobrelay.log()).isTrue())
                    .until(() -> lines() >= DRAINED
                            && !installation
                                    .ledger("select 1 from delivery where destination = 'dead' and error is not null")
                                    .isEmpty());
            LOG.warn(
                    "pending={} generated in {} ms, {} of them in the file after {} ms, heap {}",
                    PENDING,
                    (generated - begin) / 1_000_000,
                    lines(),
                    (System.nanoTime() - generated) / 1_000_000,
                    HEAP);
            assertThat(installation.ledger(
                            "select count(*) from delivery where destination = 'dead'" + " and status = 'PENDING'"))
                    .containsExactly(String.valueOf(PENDING));
        }
    }

    private long lines() {
        Path file = directory.resolve("out/changes.ndjson");
        if (!Files.exists(file)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(file)) {
            return lines.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
