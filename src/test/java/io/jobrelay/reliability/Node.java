package io.jobrelay.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.reliability.agent.Halt;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.JobrelayProcess;
import io.jobrelay.testbed.TcpProxy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;

/** One of several Jobrelays at one ledger: its directory, its road to the database, and its address at the cloud. */
final class Node implements AutoCloseable {
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();

    final String name;
    /** To the database. */
    final TcpProxy road;

    private final Outside outside;
    private final Home home;
    private final int port = FreePort.next();
    private final List<String> orders;
    private SimulatedCloud.Asker asker;
    private JobrelayProcess child;

    /**
     * Starts it.
     *
     * @param orders what the agent in each of its processes shall do
     */
    Node(String name, Path directory, Outside outside, int database, String every, List<String> orders)
            throws IOException {
        this.name = name;
        this.outside = outside;
        this.orders = List.copyOf(orders);
        this.road = new TcpProxy(database);
        this.home = new Home(directory);
        home.watch("all.yaml", outside.cloud.watches(every));
        home.routeEverything();
        asker = outside.cloud.open();
        child = live();
    }

    /** Starts another process in the place of one that has ended. */
    void startAnew() throws IOException {
        asker.close();
        asker = outside.cloud.open();
        asker.disturbed();
        child = live();
    }

    private JobrelayProcess live() throws IOException {
        Map<String, String> properties = outside.properties(asker.address());
        properties.putAll(Map.of(
                "jobrelay.node",
                name,
                "jobrelay.ledger.url",
                "jdbc:postgresql://127.0.0.1:%d/cluster".formatted(road.port()),
                "jobrelay.ledger.user",
                "postgres",
                "jobrelay.ledger.password",
                "any",
                "jobrelay.destination.webhook.url",
                outside.receiver.url() + "/" + name,
                "jobrelay.http.port",
                Integer.toString(port)));
        return home.live(orders, properties, "--until-done");
    }

    /** Freezes it where it was ordered to. */
    void freezeInside() throws IOException {
        int before = markers();
        home.write(Halt.TOLD.toString(), "");
        World.soon(child).until(() -> markers() > before);
        home.write(Halt.TOLD.toString(), null);
    }

    private int markers() {
        return child.log().split(Halt.marker(""), -1).length;
    }

    JobrelayProcess child() {
        return child;
    }

    SimulatedCloud.Asker asker() {
        return asker;
    }

    String url() {
        return "http://127.0.0.1:" + port;
    }

    /** The names of the nodes that live, as this one tells. */
    List<String> nodes() {
        return names(list(), false);
    }

    /** True if it works: it knows itself as one of those that live. */
    boolean well() {
        return names(list(), true).contains(name);
    }

    private static List<String> names(JsonNode nodes, boolean selfOnly) {
        return StreamSupport.stream(nodes.path("nodes").spliterator(), false)
                .filter(node -> !selfOnly || node.path("self").asBoolean())
                .map(node -> node.path("name").asText())
                .sorted()
                .toList();
    }

    private JsonNode list() {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/api/nodes"))
                    .timeout(Duration.ofSeconds(5))
                    .build();
            return Json.read(CLIENT.send(request, BodyHandlers.ofString()).body(), JsonNode.class);
        } catch (IOException e) {
            return Json.MAPPER.missingNode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Json.MAPPER.missingNode();
        }
    }

    /** Waits until it works, and has asked for so much that nothing is left of what happened to it. */
    void awaitWell() {
        World.soon(child).until(this::well);
        int before = asker.requests();
        World.soon(child).until(() -> asker.requests() > before + 10);
    }

    /** Waits until it has ended by itself. */
    void awaitEnd() throws InterruptedException {
        assertThat(child.awaitEnd(World.LIMIT_SECONDS)).as(child.log()).isIn(0, 3);
    }

    List<Arrival> arrivals() throws IOException {
        return home.arrivals("file/" + name);
    }

    @Override
    public void close() {
        child.close();
        try {
            road.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
