package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.Event;
import io.jobrelay.testbed.SmallDisk;
import io.jobrelay.testbed.StubServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The line with the disk of its file destination really full. */
@Timeout(120)
class FullDiskIT {
    private static final Duration PAUSE = Duration.ofSeconds(61);
    private static final int JOBS = 40;
    /** Changes of jobs: on a slow machine a watch may be stale for a moment, which the file is told as well. */
    private static final String OWED = "select count(*) from delivery join change on position = change"
            + " where destination = 'file' and status = 'PENDING' and type = '" + Event.JOB_STATE_CHANGED + "'";

    @TempDir
    private Path directory;

    @Test
    void a_full_disk_holds_up_its_own_destination_only_and_burns_no_attempt() throws Exception {
        Path out = Files.createDirectory(directory.resolve("out"));
        SmallDisk.run(Scenario.class, out, directory.toString());
    }

    static final class Scenario {
        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            Path out = directory.resolve("out");
            try (StubServer cloud = new StubServer();
                    Line line = new Line(directory, cloud.baseUrl(), cloud.hookUrl())) {
                line.start();
                SmallDisk.fill(out);
                String[] jobs =
                        IntStream.range(0, JOBS).mapToObj(i -> "job-" + i).toArray(String[]::new);
                line.watch(jobs);
                soon().until(() -> line.ledger(OWED).equals(List.of(String.valueOf(JOBS))));
                for (String job : jobs) {
                    cloud.job(job, "FAILED");
                }
                soon().until(() -> cloud.hooks().size() == JOBS);
                soon().until(() -> !line.ledger("select paused_until from destination where name = 'file'")
                        .isEmpty());

                assertThat(line.ledger("select max(attempts) from delivery")).containsExactly("0");
                soon().until(() -> line.ledger(
                                "select count(*) from delivery where destination = 'queue' and status = 'DELIVERED'")
                        .equals(List.of(String.valueOf(JOBS))));
                List<String> before = line.changes();
                assertThat(Files.readString(out.resolve("changes.ndjson"))).matches("(?s)(.*}\n)?");

                SmallDisk.free(out);
                assertThat(line.changes()).isEqualTo(before);
                line.clock.advance(PAUSE);
                soon().until(() -> line.ledger(OWED).equals(List.of("0")));
                assertThat(line.ledger("select max(attempts) from delivery")).containsExactly("0");
                assertThat(line.changes())
                        .containsAll(before)
                        .doesNotHaveDuplicates()
                        .hasSize(2 * JOBS);
                for (String job : jobs) {
                    assertThat(line.changes().stream().filter(event -> event.contains("\"jobId\":\"" + job + "\"")))
                            .satisfiesExactly(
                                    first -> assertThat(first).contains("\"sequence\":\"0000000001\""),
                                    second -> assertThat(second).contains("\"sequence\":\"0000000002\""));
                }
            }
        }

        private static ConditionFactory soon() {
            return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(50));
        }
    }
}
