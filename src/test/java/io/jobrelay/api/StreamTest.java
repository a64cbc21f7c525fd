package io.jobrelay.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.awaitility.Awaitility.await;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StreamTest {
    @TempDir
    private Path directory;

    private Served api;

    @BeforeEach
    void starts() {
        api = Served.start(directory);
    }

    @AfterEach
    void stops() {
        api.close();
    }

    @Test
    void streams_every_change_from_now_on() throws IOException {
        api.takeIn(Served.job("before", JobState.RUNNING));
        try (EventReader stream = stream("").begun()) {
            String before = stream.lastId;
            api.takeIn(Served.job("1", JobState.QUEUED));
            api.takeIn(Served.job("1", JobState.RUNNING));

            EventReader.Received first = stream.next();
            assertThat(first.id()).isNotEqualTo(before);
            assertThat(first.type()).isEqualTo("io.jobrelay.job.state_changed.v1");
            assertThat(first.at("/subject")).isEqualTo("acme-jobs/acme/1");
            assertThat(stream.next().at("/data/job/state")).isEqualTo("RUNNING");
        }
    }

    @Test
    void streams_the_failure_of_a_watch_too() throws IOException {
        try (EventReader stream = stream("").begun()) {
            api.watches.replace("p.yaml", List.of(Served.list("p")));
            api.intake.failed(api.due(Served.list("p")), PollFailure.without(FailureKind.TIMEOUT, "late"));

            EventReader.Received event = stream.next();
            assertThat(event.type()).isEqualTo("io.jobrelay.watch.health_changed.v1");
            assertThat(event.at("/data/health")).isEqualTo("TIMEOUT");
        }
    }

    @Test
    void starts_where_the_client_says() throws IOException {
        api.takeIn(
                Served.job("1", JobState.QUEUED), Served.job("2", JobState.QUEUED), Served.job("3", JobState.QUEUED));

        String first;
        String second;
        try (EventReader stream = stream("?after=" + Place.START).begun()) {
            first = stream.next().id();
            second = stream.next().id();
        }
        try (EventReader stream = stream("?after=" + first).begun()) {
            assertThat(stream.next().id()).isEqualTo(second);
        }
        try (EventReader stream = new EventReader(
                        api.url() + "/api/stream?after=" + Place.START, Map.of("Last-Event-ID", second))
                .begun()) {
            assertThat(stream.next().at("/subject")).isEqualTo("acme-jobs/acme/3");
        }
    }

    @Test
    void says_so_where_changes_are_lost() throws IOException {
        api.takeIn(Served.job("1", JobState.QUEUED));

        try (EventReader stream = stream("?after=9-9")) {
            EventReader.Received reset = stream.next();
            assertThat(reset.type()).isEqualTo("reset");
            assertThat(reset.id()).isEqualTo(newest());
            assertThat(reset.at("/reason")).contains("read the lists again");
            api.takeIn(Served.job("2", JobState.QUEUED));
            assertThat(stream.next().at("/subject")).isEqualTo("acme-jobs/acme/2");
        }
    }

    private String newest() {
        return api.get("/api/summary").json().path("position").asText();
    }

    @Test
    void filters() throws IOException {
        try (EventReader failed = stream("?state=FAILED,CANCELLED&api=acme-job&account=acme")
                        .begun();
                EventReader other = stream("?account=other").begun();
                EventReader all = stream("?api=other,acme-job").begun()) {
            api.takeIn(Served.job("1", JobState.QUEUED));
            api.takeIn(Served.job("1", JobState.FAILED));

            assertThat(failed.next().at("/data/job/state")).isEqualTo("FAILED");
            assertThat(all.next().at("/data/job/state")).isEqualTo("QUEUED");
            assertThat(other.lastId).isEqualTo(Place.START.toString());
        }
    }

    /** Clients leave and come back all the time, each with the id it saw last; changes come all the time. */
    @Test
    void a_client_that_comes_back_has_missed_nothing() throws Exception {
        int changes = 400;
        Thread changing = new Thread(() -> {
            for (int i = 0; i < changes / 4; i++) {
                int job = i;
                api.takeIn(IntStream.range(0, 4)
                        .mapToObj(part -> Served.job(job + "-" + part, JobState.RUNNING))
                        .toArray(JobRecord[]::new));
            }
        });
        changing.start();
        List<String> ids = new ArrayList<>();
        String last = Place.START.toString();
        while (ids.size() < changes) {
            try (EventReader stream = new EventReader(api.url() + "/api/stream", Map.of("Last-Event-ID", last))) {
                stream.begun();
                for (int i = 0; i < 17 && ids.size() < changes; i++) {
                    EventReader.Received event = stream.next();
                    ids.add(event.at("/subject"));
                    last = event.id();
                }
            }
        }
        changing.join();
        assertThat(ids).doesNotHaveDuplicates().hasSize(changes);
    }

    /** What a client does not take stays in the ledger; it gets it all when it reads on. */
    @Test
    void a_client_that_reads_slowly_holds_up_no_other() throws IOException {
        String long1 = "x".repeat(10_000);
        try (Socket slow = api.connect();
                EventReader fast = stream("").begun()) {
            slow.getOutputStream()
                    .write("GET /api/stream HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            assertThat(slow.getInputStream().read()).isEqualTo('H');
            for (int batch = 0; batch < 400; batch += 100) {
                api.takeIn(IntStream.range(batch, batch + 100)
                        .mapToObj(i -> Served.job(i + long1, JobState.RUNNING))
                        .toArray(JobRecord[]::new));
            }
            for (int i = 0; i < 400; i++) {
                assertThat(fast.next().at("/subject")).isEqualTo("acme-jobs/acme/" + i + long1);
            }
            String tail = "";
            while (!tail.contains("\"subject\":\"acme-jobs/acme/399x")) {
                byte[] next = slow.getInputStream().readNBytes(64 * 1024);
                assertThat(next).isNotEmpty();
                tail = tail.substring(tail.length() / 2) + new String(next, StandardCharsets.UTF_8);
            }
        }
    }

    @Test
    void there_are_only_so_many_and_a_place_is_free_again_when_one_leaves() throws IOException {
        List<EventReader> streams = new ArrayList<>();
        for (int i = 0; i < ChangeFeed.MOST_CLIENTS; i++) {
            streams.add(stream("").begun());
        }
        assertThatIOException().isThrownBy(() -> stream("")).withMessageContaining("503");
        streams.get(0).close();
        await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
            try (EventReader late = stream("").begun()) {
                assertThat(late.lastId).isEqualTo(Place.START.toString());
            }
        });
        streams.forEach(EventReader::close);
    }

    private EventReader stream(String query) throws IOException {
        return new EventReader(api.url() + "/api/stream" + query, Map.of());
    }
}
