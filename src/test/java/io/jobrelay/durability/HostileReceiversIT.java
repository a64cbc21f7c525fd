package io.jobrelay.durability;

import static io.jobrelay.testbed.RawServer.bytes;
import static io.jobrelay.testbed.RawServer.endless;
import static io.jobrelay.testbed.RawServer.last;
import static io.jobrelay.testbed.RawServer.resetAfter;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.RawServer;
import io.jobrelay.testbed.TestCertificates;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Webhooks that misbehave, each a destination of one running Jobrelay, and hostile to the event of one job and good to that
 * of another. What they received and the ledger are the judges.
 */
@Timeout(180)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileReceiversIT {
    private static final String HOSTILE_TO = "\"job-0\"";
    private static final String LATE = "no complete reply within 2000 ms";
    private static final String LARGE = "larger than the limit";
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final long HOUR = 3_600_000;

    @TempDir
    static Path directory;

    private final RawServer inner = new RawServer();
    private final List<Hostile> receivers = new ArrayList<>();
    private Installation installation;
    private JobrelayProcess jobrelay;
    private long started;

    /** What is expected of the delivery: its attempts, what its error says, and from when to when it waits. */
    private record Hostile(
            String name, RawServer server, String url, int attempts, String error, long waitFrom, long waitTo) {
        @Override
        public String toString() {
            return name;
        }

        /** False for one that no request reaches. */
        boolean isReached() {
            return !name.matches("does-not-let-in|tls-(unknown|wrong-host)");
        }

        /** False for one to which nothing is sent for a while, as it asked, or to which nothing comes through. */
        boolean takesTheOtherJob() {
            return isReached() && attempts != 1;
        }
    }

    @BeforeAll
    void sends_to_all_of_them_until_two_attempts_have_failed() throws Exception {
        started = System.currentTimeMillis();
        TestCertificates certificates = TestCertificates.in(directory);
        addReceivers();
        addTls(certificates);
        installation = new Installation(directory)
                .set("jobrelay.delivery.timeout", "2s")
                .set("jobrelay.delivery.jitter", "0")
                .set("jobrelay.delivery.probe-every", "1h")
                .set("jobrelay.delivery.schedule", "0s,1s,1h");
        for (Hostile receiver : receivers) {
            installation.webhook(receiver.name, receiver.url, true);
        }
        PendingDeliveries.add(
                installation.ledgerFile(),
                2,
                1,
                receivers.stream().map(Hostile::name).toList());
        jobrelay = installation.start(
                "-Djavax.net.ssl.trustStore=" + certificates.trusted(),
                "-Djavax.net.ssl.trustStorePassword=" + certificates.password());
        String hostile = receivers.stream()
                .map(receiver -> "(destination = '%s' and attempts < %d)".formatted(receiver.name, receiver.attempts))
                .collect(joining(" or "));
        String good =
                goodToTheOtherJob().map(receiver -> "'" + receiver.name + "'").collect(joining(", "));
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(200))
                .conditionEvaluationListener(condition ->
                        assertThat(jobrelay.alive()).as(jobrelay.log()).isTrue())
                .until(() -> installation
                        .ledger("select destination from delivery where status = 'PENDING' and (subject = 'job-0' and ("
                                + hostile + ") or subject = 'job-1' and destination in (" + good + "))")
                        .isEmpty());
    }

    @AfterAll
    void stop() {
        jobrelay.close();
        receivers.forEach(receiver -> receiver.server.close());
        inner.close();
    }

    private void addReceivers() {
        add("stalls-at-once", bytes(""), LATE);
        add("stalls-in-its-headers", bytes(OK + "X: y"), LATE);
        add("stalls-in-its-body", bytes(OK + "Content-Length: 5\r\n\r\n"), LATE);
        add("drips", endless(OK + "Content-Length: 900\r\n\r\n", "x", Duration.ofSeconds(1)), LATE);
        add("continues-for-ever", endless("", "HTTP/1.1 100 Continue\r\n\r\n", Duration.ofMillis(20)), LATE);
        add("has-no-end", endless(OK + "\r\n", "x".repeat(1000), Duration.ZERO), LARGE);
        add("claims-ten-gigabytes", bytes(OK + "Content-Length: 10737418240\r\n\r\n"), LARGE);
        add("says-less-than-it-claims", last(OK + "Content-Length: 100\r\n\r\nshort"), "Premature end");
        add("chunks-badly", bytes(OK + "Transfer-Encoding: chunked\r\n\r\nZZ\r\nok\r\n"), "Bad chunk");
        add("resets-after-its-headers", resetAfter(OK + "Content-Length: 5\r\n\r\n"), "");
        add("resets", RawServer.RESET, "");
        add("closes", RawServer.CLOSE, "");
        add("answers-garbage", last("\0\1\2 no status line\r\n\r\n"), "");
        add("stores-and-answers-500", bytes("HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n"), "HTTP status 500");
        for (int status : List.of(301, 302, 307, 308)) {
            add(
                    "redirects-" + status,
                    bytes("HTTP/1.1 " + status + " Elsewhere\r\nLocation: " + inner.url()
                            + "/secrets\r\nContent-Length: 0\r\n\r\n"),
                    "HTTP status " + status);
        }
        add("answers-204", bytes("HTTP/1.1 204 No Content\r\n\r\n"), 0, "null", 0, 0);
        add("says-more-than-it-claims", bytes(OK + "Content-Length: 2\r\n\r\nmore than two"), 0, "null", 0, 0);
        String inTwoHours = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(7200).atOffset(ZoneOffset.UTC));
        addSlow("429-two-hours", 429, "7200", 2 * HOUR);
        addSlow("503-two-hours", 503, inTwoHours, 2 * HOUR);
        addSlow("503-negative", 503, "-5", HOUR);
        addSlow("429-a-billion", 429, "1000000000", 24 * HOUR);
        addSlow("503-garbage", 503, "soon", HOUR);
        add("does-not-let-in", RawServer.CLOSE, "");
        receivers.get(receivers.size() - 1).server.refuseConnections();
    }

    private void addTls(TestCertificates certificates) {
        for (String certificate : List.of("trusted", "unknown", "wrong-host")) {
            RawServer server = new RawServer(certificates.server(certificate));
            server.reply(204, "");
            boolean good = certificate.equals("trusted");
            receivers.add(new Hostile(
                    "tls-" + certificate,
                    server,
                    "https://localhost:" + server.port(),
                    good ? 0 : 2,
                    good ? "null" : certificate.equals("unknown") ? "PKIX path" : "localhost",
                    0,
                    2 * HOUR));
        }
    }

    private void add(String name, RawServer.Answer answer, String error) {
        add(name, answer, 2, error, HOUR, HOUR);
    }

    private void addSlow(String name, int status, String retryAfter, long wait) {
        add(
                "says-" + name,
                bytes("HTTP/1.1 " + status + " Slow\r\nRetry-After: " + retryAfter + "\r\nContent-Length: 0\r\n\r\n"),
                1,
                "HTTP status " + status,
                wait,
                wait);
    }

    private void add(String name, RawServer.Answer answer, int attempts, String error, long waitFrom, long waitTo) {
        RawServer server = new RawServer();
        server.answer((request, client) -> {
            if (request.body().contains(HOSTILE_TO)) {
                answer.write(request, client);
            } else {
                bytes("HTTP/1.1 204 No Content\r\n\r\n").write(request, client);
            }
        });
        receivers.add(new Hostile(name, server, server.url(), attempts, error, waitFrom, waitTo));
    }

    Stream<Hostile> receivers() {
        return receivers.stream();
    }

    Stream<Hostile> goodToTheOtherJob() {
        return receivers.stream().filter(Hostile::takesTheOtherJob);
    }

    @ParameterizedTest
    @MethodSource("receivers")
    void gets_one_request_for_each_attempt_that_was_due_always_the_same_event(Hostile receiver) {
        List<RawServer.Request> requests = receiver.server.requests().stream()
                .filter(request -> request.body().contains(HOSTILE_TO))
                .toList();
        assertThat(requests).hasSize(receiver.isReached() ? Math.max(1, receiver.attempts) : 0);
        assertThat(requests.stream().map(RawServer.Request::body).distinct()).hasSizeLessThan(2);
        assertThat(requests.stream()
                        .map(request -> request.header("webhook-id"))
                        .distinct())
                .hasSizeLessThan(2);
    }

    @ParameterizedTest
    @MethodSource("receivers")
    void fails_as_it_should_and_waits_as_long_as_it_should(Hostile receiver) {
        String row = installation
                .ledger("select status || ' ' || attempts || ' ' || coalesce(error, 'null') from delivery"
                        + " where subject = 'job-0' and destination = '" + receiver.name + "'")
                .get(0);
        assertThat(row)
                .startsWith(receiver.attempts == 0 ? "DELIVERED 0 " : "PENDING " + receiver.attempts + " ")
                .contains(receiver.error);
        if (receiver.attempts > 0 && receiver.waitFrom > 0) {
            long due = Long.parseLong(installation
                    .ledger("select max(d.due_at, coalesce(x.paused_until, 0)) from delivery d"
                            + " left join destination x on x.name = d.destination"
                            + " where d.subject = 'job-0' and d.destination = '" + receiver.name + "'")
                    .get(0));
            long now = System.currentTimeMillis();
            assertThat(due).isBetween(started + receiver.waitFrom - 2_000, now + receiver.waitTo);
        }
    }

    @ParameterizedTest
    @MethodSource("goodToTheOtherJob")
    void holds_up_no_other_job(Hostile receiver) {
        assertThat(installation.ledger("select status from delivery where subject = 'job-1' and destination = '"
                        + receiver.name + "'"))
                .containsExactly("DELIVERED");
    }

    @Test
    void nobody_is_led_to_another_address() {
        assertThat(inner.connections()).isZero();
    }
}
