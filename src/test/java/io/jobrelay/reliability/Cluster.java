package io.jobrelay.reliability;

import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.PostgresqlServer;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Several Jobrelays at one ledger, and what they meet. Each has a directory of its own with the same in it. */
final class Cluster implements AutoCloseable {
    final SimulatedCloud cloud;
    final FlakyReceiver receiver;
    final PostgresqlServer database;
    /** As an administrator reaches it; the nodes have roads of their own. */
    final LedgerSettings ledger;

    private final Path directory;
    private final Outside outside;
    private final String every;
    private final List<Node> nodes = new ArrayList<>();

    /**
     * @param every the pace of all watches
     */
    Cluster(Path directory, SimulatedCloud cloud, FlakyReceiver receiver, String every) throws IOException {
        this.directory = directory;
        this.cloud = cloud;
        this.receiver = receiver;
        this.every = every;
        outside = new Outside(directory, cloud, receiver);
        database = PostgresqlServer.start(directory.resolve("postgresql"));
        ledger = database.empty("cluster");
    }

    /**
     * Starts one more.
     *
     * @param orders what the agent in each of its processes shall do
     */
    Node start(String name, String... orders) throws IOException {
        Path own = Files.createDirectory(directory.resolve(name));
        Node node = new Node(name, own, outside, database.port(), every, List.of(orders));
        nodes.add(node);
        return node;
    }

    /** All but these. */
    List<Node> others(Collection<Node> these) {
        return nodes.stream().filter(node -> !these.contains(node)).toList();
    }

    List<Node> nodes() {
        return List.copyOf(nodes);
    }

    /** Lets the jobs come to their ends; when the nodes have ended by themselves the accounts are settled. */
    Verdict settle() throws IOException, InterruptedException, JMSException {
        cloud.nextShare();
        List<Arrival> arrivals = new ArrayList<>();
        for (Node node : nodes) {
            node.awaitEnd();
            arrivals.addAll(node.arrivals());
        }
        arrivals.addAll(outside.arrivals());
        // What could not be settled may go again at once, and a signature has no more than seconds.
        return Accounting.of(cloud.answers(), arrivals, Accounting.EVERYTHING).without(Fault.REPEATED_REQUEST);
    }

    @Override
    public void close() {
        nodes.forEach(Node::close);
        outside.close();
        database.close();
    }
}
