package io.jobrelay.durability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.LongForm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Watches are in the ledger and not in memory. In full: {@code mvn -Dit.test=ManyWatchesIT -Djobrelay.test.watches=1000000 verify}. */
class ManyWatchesIT {
    private static final int WATCHES = Integer.getInteger("jobrelay.test.watches", LongForm.count(200_000, 50_000));
    /** Not enough for the watches; of a million it takes some megabytes more. */
    private static final int HEAP_MEGABYTES = 72 + WATCHES / 20_000;

    @TempDir
    private Path directory;

    @Test
    void a_file_of_many_is_taken_in_by_a_process_that_could_not_hold_them() throws Exception {
        Installation installation = new Installation(directory)
                .set("jobrelay.account.cloud.endpoint", "http://127.0.0.1:1")
                .set("jobrelay.account.cloud.signing", "none");
        write(0, WATCHES);
        try (JobrelayProcess jobrelay =
                installation.start("-Xmx" + HEAP_MEGABYTES + "m", "-XX:+ExitOnOutOfMemoryError")) {
            await(jobrelay, "watches=%d file=watches/many.yaml refused=0".formatted(WATCHES));
            write(1, WATCHES);
            await(jobrelay, "watches=%d file=watches/many.yaml refused=0".formatted(WATCHES - 1));
            assertThat(installation.ledger("select state, count(*) from watch group by state order by state"))
                    .containsExactly("ACTIVE " + (WATCHES - 1), "REMOVED 1");
        }
    }

    private void write(int from, int to) {
        try {
            Files.createDirectories(directory.resolve("watches"));
            Path file = directory.resolve("many.yaml");
            try (Writer text = Files.newBufferedWriter(file)) {
                for (int job = from; job < to; job++) {
                    text.write("- { api: huawei-res-job, account: cloud, parameters: { project_id: p, job_id: j%d } }%n"
                            .formatted(job));
                }
            }
            Files.move(file, directory.resolve("watches/many.yaml"), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(JobrelayProcess jobrelay, String message) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60 + WATCHES / 2_000))
                .pollInterval(Duration.ofMillis(200))
                .failFast(() -> assertThat(jobrelay.alive()).as(jobrelay.log()).isTrue())
                .until(() -> jobrelay.log().contains(message));
    }
}
