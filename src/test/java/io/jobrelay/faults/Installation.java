package io.jobrelay.faults;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code jobrelay run} in a process and a directory of its own, with the routes and properties that it comes with, and any
 * number of webhooks beside them, each a copy of the one route.
 */
public final class Installation implements AutoCloseable {
    private static final String SECRET = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";
    private static final Path WEBHOOK = Path.of("routes/destinations/webhook.camel.yaml");

    private final Path directory;
    private final Map<String, String> properties = new LinkedHashMap<>();
    private @Nullable Process process;

    public Installation(Path directory) throws IOException {
        this.directory = directory;
        try (Stream<Path> files = Files.walk(Path.of("routes"))) {
            for (Path file : files.toList()) {
                Files.copy(file, directory.resolve(file.toString()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        set("jobrelay.destination.queue.enabled", "false");
        set("camel.management.enabled", "false");
        set("jobrelay.http.port", "0");
    }

    public Installation set(String key, String value) {
        properties.put(key, value);
        return this;
    }

    /** A webhook of that name. */
    public Installation webhook(String name, String url, boolean allowPrivate) throws IOException {
        String route = Files.readString(WEBHOOK)
                .replaceAll("(id: |outbox:|post-to-|destination\\.|http://|#)webhook", "$1" + name);
        Files.writeString(directory.resolve("routes/destinations/" + name + ".camel.yaml"), route);
        String prefix = "jobrelay.destination." + name + ".";
        return set(prefix + "url", url)
                .set(prefix + "secret", SECRET)
                .set(prefix + "allow-private", String.valueOf(allowPrivate));
    }

    public Path ledgerFile() {
        return directory.resolve("data/ledger.db");
    }

    public void start(String... javaOptions) throws IOException {
        List<String> shipped = Files.readAllLines(Path.of("application.properties"));
        Stream<String> kept = shipped.stream().filter(line -> !properties.containsKey(line.replaceFirst("=.*", "")));
        Stream<String> own = properties.entrySet().stream().map(entry -> entry.getKey() + "=" + entry.getValue());
        Files.write(
                directory.resolve("application.properties"),
                Stream.concat(kept, own).toList());
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(javaOptions));
        command.addAll(List.of("-cp", classPath(), "io.jobrelay.cli.Jobrelay", "run"));
        process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("run.log").toFile())
                .start();
    }

    public boolean alive() {
        Process running = process;
        return running != null && running.isAlive();
    }

    public String log() {
        try {
            return Files.readString(directory.resolve("run.log"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The first column of a query on the ledger, as somebody else would read it. */
    public List<String> ledger(String sql) {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + ledgerFile());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(String.valueOf(rows.getString(1)));
            }
            return values;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        Process running = process;
        if (running != null) {
            running.destroyForcibly();
        }
    }

    /** The test class path with the tests' own log settings left out, absolute since the process runs elsewhere. */
    private static String classPath() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.endsWith("test-classes"))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .reduce((left, right) -> left + File.pathSeparator + right)
                .orElseThrow();
    }
}
