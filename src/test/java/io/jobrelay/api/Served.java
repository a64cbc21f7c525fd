package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.delivery.AttemptResult;
import io.jobrelay.delivery.Circuit;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Announcements;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.DueWatch;
import io.jobrelay.ledger.DueWatches;
import io.jobrelay.ledger.History;
import io.jobrelay.ledger.Intake;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.Leases;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Shard;
import io.jobrelay.ledger.Watches;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Settings.HttpSettings;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.status.Flow;
import io.jobrelay.status.ReloadStatus;
import io.jobrelay.status.RouteFlow;
import io.jobrelay.status.RouteFlow.Stage;
import io.jobrelay.watch.Pace;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A ledger and its API, asked as anybody would ask it. What it answers is held to its own description. */
final class Served implements AutoCloseable {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** What is said of the routes. */
    volatile Flow flow = new Flow(
            Instant.EPOCH,
            List.of(new RouteFlow(
                    "file",
                    "Appends.",
                    "routes/destinations/file.camel.yaml",
                    Stage.DESTINATION,
                    "Started",
                    "outbox:file",
                    List.of(),
                    7,
                    2,
                    1,
                    3L,
                    Instant.EPOCH,
                    Instant.EPOCH,
                    Instant.EPOCH)));

    /** Nodes beside this one. */
    volatile List<Nodes.Entry> others = List.of();

    final Watches watches;
    final Outbox outbox;
    private final Destinations destinations;
    final Intake intake;
    final Nodes nodes;
    final Leases leases;
    final ReloadStatus reloads = new ReloadStatus(Clock.systemUTC());
    private final LedgerDatabase database;
    private final Description description = new Description();
    private final ApiServer server;
    private final @Nullable String token;

    private Served(Path directory, HttpSettings settings) {
        this.token = settings.token();
        database = LedgerDatabase.open(new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db")));
        LedgerClock clock = LedgerClock.of(database, Clock.systemUTC(), System::nanoTime);
        nodes = new Nodes(
                database,
                clock,
                System::nanoTime,
                new Nodes.Self("one", "test"),
                () -> UUID.randomUUID().toString());
        outbox = new Outbox(database, clock);
        destinations = new Destinations(database, clock);
        leases = new Leases(database, nodes.lease());
        leases.look();
        watches = new Watches(database, clock);
        intake = new Intake(
                database,
                outbox,
                new Announcements(
                        "test", Clock.systemUTC(), () -> UUID.randomUUID().toString()),
                clock,
                () -> 0);
        server = ApiServer.start(settings, resources());
    }

    private List<Nodes.Entry> nodes() {
        return Stream.concat(nodes.list().stream(), others.stream()).toList();
    }

    static Served start(Path directory) {
        return at(directory, new HttpSettings(true, "127.0.0.1", 0, null, List.of()));
    }

    static Served start(Path directory, String token) {
        return at(directory, new HttpSettings(true, "127.0.0.1", 0, token, List.of()));
    }

    static Served at(Path directory, HttpSettings settings) {
        return new Served(directory, settings);
    }

    private static WatchReader reader() {
        ProviderApi one = new ProviderApi();
        one.setName("acme-job");
        one.setRequired("id");
        ProviderApi list = new ProviderApi();
        list.setName("acme-jobs");
        list.setOptional("project");
        list.setList(true);
        Account account =
                new Account("acme", URI.create("https://acme.example"), Signing.NONE, Map.of(), 10, null, false);
        return new WatchReader(
                () -> Map.of("acme-job", one, "acme-jobs", list), () -> Map.of("acme", account), new Secrets());
    }

    static Watch list(String project) {
        return new Watch(
                "acme-jobs", "acme", Map.of("project", project), Pace.parse("1h..1h"), Map.of(), false, null, true);
    }

    static JobRecord job(String id, JobState state) {
        JobRecord bare = JobRecords.of("acme-jobs/acme/" + id, state);
        ObjectNode complete = Json.MAPPER.valueToTree(bare);
        complete.putObject("raw").put("state", state.name());
        return Json.read(complete.toString(), JobRecord.class);
    }

    /** One with more in it. */
    static JobRecord job(String id, JobState state, Consumer<ObjectNode> more) {
        ObjectNode job = Json.MAPPER.valueToTree(job(id, state));
        more.accept(job);
        return Json.read(job.toString(), JobRecord.class);
    }

    /** Takes records in as a poll would. */
    void takeIn(JobRecord... records) {
        Watch all = list("all");
        watches.replace("all.yaml", List.of(all));
        watches.pollNow(all.id());
        intake.answered(due(all), List.of(records), Instant.now()).join();
    }

    /** Routes all changes to that destination. */
    void routeTo(String... destinations) {
        leases.look();
        outbox.pending(Outbox.CHANGES, leases.of(Shard.Kind.ACCOUNT), History.Place.START, 1_000)
                .deliveries()
                .forEach(change ->
                        outbox.delivered(change, Set.of(destinations), null).join());
    }

    /** The first deliveries that wait for the destination. */
    List<Delivery> pending(String destination, int most) {
        Shard shard = Shard.destination(destination);
        leases.want(shard);
        return outbox.pending(destination, List.of(leases.of(shard).orElseThrow()), History.Place.START, most)
                .deliveries();
    }

    /** Uses up the attempts of a delivery. */
    void bury(Delivery delivery) {
        bury(delivery, "no");
    }

    void bury(Delivery delivery, String error) {
        failed(delivery, AttemptResult.DEAD, error, Circuit.NEW);
    }

    /** The destination is gone. */
    void disable(Delivery delivery, String error) {
        failed(delivery, AttemptResult.GIVEN_BACK, error, new Circuit(error, null, 0, null, null, null, error));
    }

    private void failed(Delivery delivery, AttemptResult result, String error, Circuit circuit) {
        long edits = leases.edits(Shard.destination(delivery.destination()));
        outbox.failed(delivery, result, error, Instant.now(), new Outbox.CircuitChange(circuit, edits))
                .join();
    }

    /** What the server serves, once more. */
    List<Resource> resources() {
        return ApiServer.resources(
                database,
                destinations,
                watches,
                outbox,
                destination -> OptionalLong.empty(),
                this::nodes,
                reader(),
                () -> flow,
                Map::of,
                reloads);
    }

    DueWatch due(Watch watch) {
        Lease account = leases.of(Shard.account(watch.account())).orElseThrow();
        return new DueWatches(database).due(account, List.of(watch.id())).get(0);
    }

    String url() {
        return server.url();
    }

    /** An answer, which has been found to be as described. */
    record Answer(int status, Map<String, List<String>> headers, String text) {
        JsonNode json() {
            try {
                return Json.MAPPER.readTree(text);
            } catch (IOException e) {
                throw new AssertionError(text, e);
            }
        }

        String header(String name) {
            return headers.getOrDefault(name, List.of("")).get(0);
        }
    }

    Answer get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    Answer post(String path, @Nullable String body, String... headers) {
        return send("POST", path, body, headers);
    }

    Answer send(String method, String path, @Nullable String body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url() + path))
                .timeout(Duration.ofSeconds(30))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        if (body != null) {
            request.setHeader("Content-Type", "application/json");
        }
        if (token != null) {
            request.setHeader("Authorization", "Bearer " + token);
        }
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        try {
            HttpResponse<byte[]> response = CLIENT.send(request.build(), BodyHandlers.ofByteArray());
            Answer answer =
                    new Answer(response.statusCode(), response.headers().map(), new String(response.body(), UTF_8));
            if (answer.status() == 429) {
                return send(method, path, body, headers); // we are one client for all tests
            }
            assertThat(answer.header("x-content-type-options")).isEqualTo("nosniff");
            description.check(method, path, answer);
            return answer;
        } catch (IOException e) {
            throw new AssertionError(method + " " + path, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Opens a bare connection. */
    Socket connect() throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), URI.create(url()).getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    /** Sends text as it is and gives what comes back until the other side, or the end of a complete answer, ends it. */
    String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(UTF_8));
            socket.getOutputStream().flush();
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    @Override
    public void close() {
        server.close();
        database.close();
    }
}
