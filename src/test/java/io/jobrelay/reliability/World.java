package io.jobrelay.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.delivery.EmbeddedBroker;
import io.jobrelay.faults.Child;
import jakarta.jms.JMSConsumer;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;

/** All that the lives of one Jobrelay share: its directory, the cloud that it asks, and those who receive from it. */
final class World implements AutoCloseable {
    /** Long enough for the slowest machine; nothing waits for it to pass. */
    private static final long LIMIT_SECONDS = 90;

    private static final String FORGET_ROUTE = "routes/engine/forget-settled.camel.yaml";

    final SimulatedCloud cloud;
    final FlakyReceiver receiver;
    private final Path directory;
    private final EmbeddedBroker broker;
    private final String brokerUrl;
    private final List<Path> rotated = new ArrayList<>();
    private Map<String, Predicate<Arrival>> router = Accounting.ROUTER;
    private int lives;

    /**
     * @param every the pace of all watches
     */
    World(Path directory, SimulatedCloud cloud, FlakyReceiver receiver, String every) throws IOException {
        this.directory = directory;
        this.cloud = cloud;
        this.receiver = receiver;
        int port = freePort();
        this.brokerUrl = "tcp://127.0.0.1:" + port;
        this.broker = new EmbeddedBroker(directory.resolve("broker"), OptionalInt.of(port));
        Files.createDirectories(directory.resolve("migrations/db/ledger/sqlite"));
        Files.createDirectories(directory.resolve("watches"));
        Files.createDirectories(directory.resolve("rotated"));
        Child.copy(Path.of("routes"), directory);
        // Within a life, not after a minute.
        Path forget = directory.resolve(FORGET_ROUTE);
        Files.writeString(forget, Files.readString(forget).replace("initialDelay: 60000", "initialDelay: 500"));
        watch("all.yaml", cloud.watches(every));
    }

    void watch(String file, String text) throws IOException {
        Files.writeString(directory.resolve("watches").resolve(file), text);
    }

    /** The names of the files that somebody may edit while it runs. */
    List<String> edited() throws IOException {
        try (Stream<Path> files = Files.walk(directory.resolve("routes"))) {
            return Stream.concat(
                            files.filter(Files::isRegularFile)
                                    .map(file -> directory.relativize(file).toString()),
                            Stream.of("application.properties"))
                    .sorted()
                    .toList();
        }
    }

    String read(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    /** Writes a file, or removes it where there is no text. */
    void write(String file, @Nullable String text) throws IOException {
        if (text == null) {
            Files.deleteIfExists(directory.resolve(file));
        } else {
            Files.writeString(directory.resolve(file), text);
        }
    }

    /**
     * Starts the next life.
     *
     * @param orders what the agent in the process shall do; no agent is there where there are none
     */
    Child live(List<String> orders, Map<String, String> properties, String... options) throws IOException {
        lives++;
        String address = cloud.nextLife();
        Map<String, String> all = new LinkedHashMap<>(Map.ofEntries(
                Map.entry("jobrelay.account.cloud.endpoint", address),
                Map.entry("jobrelay.account.cloud.auth-url", address + "/v3"),
                Map.entry("jobrelay.account.cloud.signing", "keystone-token"),
                Map.entry("jobrelay.account.cloud.user", "u"),
                Map.entry("jobrelay.account.cloud.password", "p"),
                Map.entry("jobrelay.account.cloud.domain", "d"),
                Map.entry("jobrelay.account.cloud.project", "p"),
                Map.entry("jobrelay.account.cloud.requests-per-second", "1000"),
                Map.entry("jobrelay.poll.concurrency", "8"),
                // Attempts are more than a second apart: a signature that comes twice was not made twice.
                Map.entry("jobrelay.delivery.schedule", "0s" + ",1200ms".repeat(30)),
                Map.entry("jobrelay.delivery.jitter", "0"),
                Map.entry("jobrelay.delivery.probe-every", "2s"),
                Map.entry("jobrelay.delivery.timeout", "2s"),
                Map.entry("jobrelay.destination.queue.broker-url", brokerUrl),
                Map.entry("jobrelay.destination.webhook.enabled", "true"),
                Map.entry("jobrelay.destination.webhook.url", receiver.url()),
                Map.entry("jobrelay.destination.webhook.allow-private", "true"),
                Map.entry("jobrelay.destination.webhook.secret", FlakyReceiver.SECRET),
                Map.entry("jobrelay.http.port", "0"),
                Map.entry("camel.management.enabled", "false")));
        all.putAll(properties);
        Child.properties(directory, all);
        List<String> java = new ArrayList<>(
                List.of("-Xmx256m", "-cp", directory.resolve("migrations") + File.pathSeparator + Child.classPath()));
        if (!orders.isEmpty()) {
            java.add("-javaagent:" + AgentJar.in(directory) + "=" + String.join("&", orders));
        }
        return Child.run(
                directory,
                directory.resolve("life-%d.log".formatted(lives)),
                Map.of(),
                java,
                Stream.concat(Stream.of("run"), Stream.of(options)).toArray(String[]::new));
    }

    /** A last life that ends by itself, when all is done; then the accounts are settled. */
    Verdict settle(String... orders) throws IOException, InterruptedException, JMSException {
        try (Child child = live(List.of(orders), Map.of(), "--until-done")) {
            int status = child.awaitEnd(LIMIT_SECONDS);
            if (status != 0 && status != 3) {
                throw new AssertionError("exit status " + status + ": " + child.log());
            }
        }
        List<Arrival> arrivals = new ArrayList<>();
        for (Path file : files()) {
            Files.readString(file).lines().forEach(line -> arrivals.add(Arrival.of("file", line)));
        }
        arrivals.addAll(queue());
        arrivals.addAll(receiver.arrivals());
        return Accounting.of(cloud.answers(), arrivals, router);
    }

    /** From now on the router sends everything to everybody. */
    void routeEverything() throws IOException {
        Path file = directory.resolve("routes/router.camel.yaml");
        Files.writeString(file, Files.readString(file).replaceAll("(expression: )[\"'.].*", "$1\"true\""));
        router = Map.of("file", change -> true, "queue", change -> true, "webhook", change -> true);
    }

    /** How long the ledger's write-ahead log is. */
    long walBytes() throws IOException {
        return Files.size(directory.resolve("data/ledger.db-wal"));
    }

    /** Waits until something has become true while the child lives. */
    static ConditionFactory soon(Child child) {
        return Awaitility.await("jobrelay run")
                .atMost(Duration.ofSeconds(LIMIT_SECONDS))
                .pollInterval(Duration.ofMillis(20))
                .failFast(() -> assertThat(child.alive()).as(child.log()).isTrue());
    }

    /** Leaves half a line behind, as a crash of the machine may. */
    void tearFile() throws IOException {
        Files.writeString(newestFile(), "{\"id\":\"torn", StandardOpenOption.APPEND);
    }

    /** Moves the file away under the hands of who writes it. */
    void rotateFile() throws IOException {
        Path target = directory.resolve("rotated/%d.ndjson".formatted(rotated.size()));
        Files.move(newestFile(), target);
        rotated.add(target);
    }

    long fileSize() throws IOException {
        return Files.size(newestFile());
    }

    /** Gives Jobrelay one migration more than it has. */
    void addMigration() throws IOException {
        Files.writeString(directory.resolve("migrations/db/ledger/sqlite/V999__half.sql"), """
                create table half (id integer);
                alter table change add column half text;
                alter table delivery add column half text;
                """);
    }

    private Path newestFile() throws IOException {
        List<Path> current = filesIn("out");
        return current.get(current.size() - 1);
    }

    private List<Path> files() throws IOException {
        List<Path> files = new ArrayList<>(rotated);
        files.addAll(filesIn("out"));
        return files;
    }

    private List<Path> filesIn(String name) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(name))) {
            return files.filter(path -> path.toString().endsWith(".ndjson"))
                    .sorted()
                    .toList();
        }
    }

    private List<Arrival> queue() throws JMSException {
        List<Arrival> arrivals = new ArrayList<>();
        try (JMSContext context = broker.connectionFactory().createContext();
                JMSConsumer consumer = context.createConsumer(context.createQueue("jobrelay.changes"))) {
            for (Message message = consumer.receive(2_000); message != null; message = consumer.receive(500)) {
                arrivals.add(Arrival.of("queue", ((TextMessage) message).getText()));
            }
        }
        return arrivals;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        cloud.close();
        receiver.close();
        try {
            broker.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
