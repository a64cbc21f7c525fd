package io.jobrelay.durability;

import static com.github.tomakehurst.wiremock.client.WireMock.noContent;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.StubServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A webhook that fails in every way, seen from both ends of the line, and mended with the commands. */
@Timeout(120)
class FailingDestinationIT {
    private static final Duration MINUTE = Duration.ofSeconds(61);
    /** Deliveries that an outbox has under way at most. */
    private static final int WORKERS = 16;

    private static final int JOBS = 2 * WORKERS;

    @TempDir
    private Path directory;

    @RegisterExtension
    static final StubServer cloud = new StubServer();

    private Line line;
    private Installation installation;

    @BeforeEach
    void is_laid() throws IOException {
        line = new Line(directory, cloud.baseUrl(), cloud.hookUrl());
    }

    @AfterEach
    void is_taken_up() {
        line.close();
    }

    @Test
    void after_ten_failures_one_request_a_minute_until_one_gets_through_and_no_attempt_is_burnt() {
        cloud.hook(status(500));
        failedJobs(JOBS);
        line.start();
        soon().until(this::circuitIsOpen);
        soon().until(() -> line.inflight("webhook") == 0 && attempts().equals("10"));
        int opening = cloud.hooks().size();
        assertThat(opening).as("ten, and what was under way").isBetween(10, 9 + WORKERS);

        for (int probe = 1; probe <= 3; probe++) {
            line.clock.advance(MINUTE);
            int expected = opening + probe;
            soon().until(() -> cloud.hooks().size() >= expected);
            Instant now = line.clock.instant();
            soon().until(() -> webhook("select probe_at from destination where name = 'webhook'")
                            .compareTo(String.valueOf(now.toEpochMilli()))
                    > 0);
            assertThat(cloud.hooks()).hasSize(expected);
        }
        Set<String> probed = ids(cloud.hooks().subList(opening, opening + 3));
        assertThat(probed).as("another one each time").hasSize(3);
        assertThat(attempts()).isEqualTo("10");
        soon().until(() -> line.changes().size() == JOBS);

        cloud.hook(status(204));
        line.clock.advance(MINUTE);
        soon().until(() -> webhook(
                        "select count(*) from delivery where destination = 'webhook' and status = 'DELIVERED'")
                .equals(String.valueOf(JOBS)));
        assertThat(ids(cloud.hooks())).hasSize(JOBS);
        assertThat(attempts()).isEqualTo("10");
    }

    @Test
    void a_circuit_that_is_open_stays_open_over_a_restart() {
        line.set("jobrelay.delivery.open-after", "2");
        cloud.hook(status(500));
        failedJobs(10);
        line.start();
        soon().until(this::circuitIsOpen);
        line.stop();
        int before = cloud.hooks().size();
        String attempts = attempts();
        line.start();
        soon().until(() -> cloud.hooks().size() > before);
        cloud.job("late", "FAILED");
        line.write("late.yaml", Line.item("late", "100ms..100ms"));
        soon().until(() -> line.changes().size() == 11);

        assertThat(cloud.hooks()).as("one probe").hasSize(before + 1);
        assertThat(attempts()).isEqualTo(attempts);
    }

    @Test
    void a_job_that_is_refused_closes_the_road_for_no_other() {
        line.set("jobrelay.delivery.open-after", "2").set("jobrelay.delivery.schedule", "0s,1ms,1ms,1ms,1ms");
        cloud.hook(status(422));
        failedJobs(1);
        line.start();
        soon().until(() -> webhook("select status || attempts from delivery where destination = 'webhook'")
                .equals("DEAD5"));
        cloud.hook(status(204));
        cloud.job("late", "FAILED");
        line.write("late.yaml", Line.item("late", "100ms..100ms"));

        soon().until(() -> cloud.hooks().size() == 6);
    }

    @Test
    void a_webhook_that_was_gone_gets_everything_once_it_is_enabled_while_jobrelay_runs() throws Exception {
        cloud.hook(status(410));
        failedJobs(3);
        line.start();
        soon().until(() -> !line.ledger("select disabled from destination where disabled is not null")
                .isEmpty());
        line.stop();
        cloud.hook(status(204));
        line.start();
        soon().until(() -> line.changes().size() == 3);
        int before = cloud.hooks().size();
        assertThat(before).isLessThanOrEqualTo(3);
        assertThat(webhook("select count(*) from delivery where destination = 'webhook' and status = 'PENDING'"))
                .isEqualTo("3");

        assertThat(command("destinations", "enable", "webhook")).isEmpty();
        soon().until(() -> cloud.hooks().size() == before + 3);
        assertThat(attempts()).isEqualTo("0");
    }

    @Test
    void dead_deliveries_come_again_with_the_same_bytes_and_ids() throws Exception {
        line.set("jobrelay.delivery.schedule", "0s");
        cloud.hook(status(400));
        failedJobs(4);
        line.start();
        soon().until(() -> line.ledger("select 1 from delivery where destination = 'webhook' and status = 'DEAD'")
                        .size()
                == 4);
        List<LoggedRequest> refused = cloud.hooks();
        cloud.hook(status(204));

        String one = refused.get(0).getHeader("webhook-id");
        assertThat(command("deliveries", "redeliver", "webhook." + one)).isEqualTo("1\n");
        soon().until(() -> cloud.hooks().size() == 5);
        assertThat(cloud.hooks().get(4).getHeader("webhook-id")).isEqualTo(one);
        assertThat(command("deliveries", "redeliver", "--destination", "webhook", "--since", "2020-01-01"))
                .isEqualTo("3\n");
        soon().until(() -> cloud.hooks().size() == 8);

        assertThat(sent(cloud.hooks().subList(4, 8))).isEqualTo(sent(refused));
        soon().until(() ->
                line.ledger("select 1 from delivery where status = 'DEAD'").isEmpty());
    }

    @Test
    void a_probe_that_is_under_way_when_jobrelay_is_killed_blocks_nothing() throws Exception {
        cloud.hook(status(500));
        cloud.job("a", "FAILED");
        cloud.job("b", "FAILED");
        prepare(Map.of("jobrelay.delivery.open-after", "2", "jobrelay.delivery.probe-every", "300ms"));
        line.watch("a", "b");
        try (JobrelayProcess child = installation.start()) {
            soon().until(this::circuitIsOpen);
            int before = cloud.hooks().size();
            cloud.hook(noContent().withFixedDelay(60_000));
            soon().until(() -> cloud.hooks().size() == before + 1);
            child.kill();
            assertThat(cloud.hooks().size()).isLessThanOrEqualTo(before + 1);
        }
        cloud.hook(status(204));
        try (JobrelayProcess child = installation.start()) {
            soon().until(() ->
                    line.ledger("select 1 from delivery where destination = 'webhook' and status = 'DELIVERED'")
                                    .size()
                            == 2);
            assertThat(attempts()).isEqualTo("2");
            soon().until(() -> child.log().contains("page=")); // before that nothing is there that would stop it
            assertThat(child.stop()).isZero();
        }
    }

    @Test
    void a_router_that_is_broken_loses_nothing() throws Exception {
        Path router = directory.resolve("router.camel.yaml");
        String right = Files.readString(Path.of("routes/router.camel.yaml"));
        Files.writeString(router, right.replace(".data.job.terminal == true", "error(\\\"broken\\\")"));
        line.set(
                        "camel.main.routes-include-pattern",
                        "file:routes/*/*.camel.yaml,file:routes/poll.camel.yaml,file:" + router)
                .set("jobrelay.delivery.schedule", "0s,1ms")
                .set("jobrelay.delivery.probe-every", "100ms");
        line.watch(jobs(12));
        line.start();
        soon().until(() -> line.failed("router") > 15);
        line.stop();
        assertThat(line.ledger("select count(*) from change where not routed")).containsExactly("12");
        assertThat(line.ledger("select * from delivery")).isEmpty();

        Files.writeString(router, right);
        line.start();
        soon().until(() -> line.ledger("select 1 from delivery where destination = 'queue' and status = 'DELIVERED'")
                        .size()
                == 12);
        assertThat(cloud.hooks()).hasSize(12);
    }

    @Test
    void run_until_done_does_not_wait_for_a_destination_that_is_disabled_and_tells_so() throws Exception {
        cloud.hook(status(410));
        cloud.job("a", "FAILED");
        prepare(Map.of());
        line.watch("a");

        assertThat(untilDone()).isEqualTo(4);
        assertThat(line.ledger("select status from delivery where destination = 'webhook'"))
                .containsExactly("PENDING");
    }

    @Test
    void run_until_done_does_not_wait_for_an_outbox_that_no_route_reads_and_tells_so() throws Exception {
        cloud.job("a", "SUCCEEDED");
        prepare(Map.of());
        Files.delete(directory.resolve("routes/destinations/queue.camel.yaml"));
        line.watch("a");

        assertThat(untilDone()).isEqualTo(4);
        assertThat(line.ledger("select destination || status from delivery order by 1"))
                .containsExactly("fileDELIVERED", "queuePENDING");
    }

    @Test
    void run_until_done_leaves_what_is_for_a_destination_that_is_switched_off() throws Exception {
        cloud.job("a", "SUCCEEDED");
        line.watch("a");
        line.start();
        soon().until(() -> line.ledger("select 1 from delivery where destination = 'queue' and status = 'DELIVERED'")
                        .size()
                == 1);
        line.stop();
        prepare(Map.of("jobrelay.destination.queue.enabled", "false"));
        line.ledger("insert into delivery (destination, change, subject, sequence, status, updated_at)"
                + " select 'queue', position + 1, subject, 2, 'PENDING', 0 from change returning 1");

        assertThat(untilDone()).isZero();
    }

    private int untilDone() throws IOException {
        try (JobrelayProcess child = installation.command().start("run", "--until-done")) {
            soon().until(() -> !child.alive());
            return child.status();
        }
    }

    /** A working directory for processes of their own, beside the line's watches. */
    private void prepare(Map<String, String> more) throws IOException {
        installation = new Installation(directory)
                .set("jobrelay.account.cloud.endpoint", cloud.baseUrl())
                .set("jobrelay.account.cloud.signing", "none")
                .set("jobrelay.destination.file.path", "out/changes.ndjson")
                .set("jobrelay.destination.queue.enabled", "true")
                .set("jobrelay.destination.queue.port", "")
                .set("jobrelay.destination.webhook.enabled", "true")
                .set("jobrelay.destination.webhook.url", cloud.hookUrl())
                .set("jobrelay.destination.webhook.allow-private", "true")
                .set("jobrelay.destination.webhook.secret", Line.SECRET)
                .set("camel.main.shutdown-timeout", "2")
                .set(more);
    }

    /** Runs a command in the line's directory, beside the line, and returns what it printed. */
    private String command(String... arguments) throws IOException {
        try (JobrelayProcess child = JobrelayProcess.in(directory).start(arguments)) {
            soon().until(() -> !child.alive());
            assertThat(child.status()).as(child.log()).isZero();
            return child.out();
        }
    }

    private void failedJobs(int count) {
        line.watch(jobs(count));
    }

    private String[] jobs(int count) {
        String[] jobs = IntStream.range(0, count).mapToObj(i -> "job-" + i).toArray(String[]::new);
        Stream.of(jobs).forEach(job -> cloud.job(job, "FAILED"));
        return jobs;
    }

    private boolean circuitIsOpen() {
        return !line.ledger("select 1 from destination where name = 'webhook' and probe_at is not null")
                .isEmpty();
    }

    private String attempts() {
        return webhook("select sum(attempts) from delivery where destination = 'webhook'");
    }

    private String webhook(String sql) {
        return String.join(" ", line.ledger(sql));
    }

    private static Set<String> ids(List<LoggedRequest> requests) {
        return requests.stream().map(request -> request.getHeader("webhook-id")).collect(toSet());
    }

    private static Set<String> sent(List<LoggedRequest> requests) {
        Set<String> sent = new HashSet<>();
        requests.forEach(request -> sent.add(request.getHeader("webhook-id") + " " + request.getBodyAsString()));
        return sent;
    }

    /** The ledger of a process of its own is not there at once. */
    private static ConditionFactory soon() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptionsInstanceOf(AssertionError.class);
    }
}
