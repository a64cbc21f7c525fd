package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@Timeout(60)
@OnBothEngines
class StateHistoryTest {
    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private History history;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        history = new History(ledger.database);
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void tells_since_when_a_job_was_in_each_state() {
        Instant queued = takeIn("1", JobState.QUEUED, null);
        Instant running = takeIn("1", JobState.RUNNING, null);
        takeIn("1", JobState.RUNNING, "FINALIZING");
        Instant failed = takeIn("1", JobState.FAILED, null);
        takeIn("2", JobState.RUNNING, null);

        assertThat(history.stages(List.of("1", "3")))
                .containsOnlyKeys("1")
                .extractingByKey("1")
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.list(History.Stage.class))
                .containsExactly(
                        new History.Stage("1", queued, "QUEUED"),
                        new History.Stage("1", running, "RUNNING"),
                        new History.Stage("1", failed, "FAILED"));
    }

    @Test
    void looks_at_the_last_changes_of_a_job_that_changes_often() {
        List<Instant> times = IntStream.range(0, 101)
                .mapToObj(i -> takeIn("1", i % 2 == 0 ? JobState.RUNNING : JobState.PAUSED, null))
                .toList();

        List<History.Stage> life = history.stages(List.of("1")).getOrDefault("1", List.of());

        assertThat(life).extracting(History.Stage::since).containsExactlyElementsOf(times.subList(41, 101));
    }

    private Instant takeIn(String job, JobState state, @org.jspecify.annotations.Nullable String reason) {
        ledger.takeIn(JobRecords.of(job, state, reason, state.name(), null));
        Instant time = ledger.time.instant();
        ledger.clock.advance(Duration.ofMinutes(5));
        return time;
    }
}
