package io.jobrelay.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
    private @Nullable Child process;

    public Installation(Path directory) throws IOException {
        this.directory = directory;
        Child.copy(Path.of("routes"), directory);
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
        Child.properties(directory, properties);
        process = Child.run(directory, directory.resolve("run.log"), Map.of(), List.of(javaOptions), "run");
    }

    public boolean alive() {
        return process != null && process.alive();
    }

    public String log() {
        return process == null ? "" : process.log();
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
        if (process != null) {
            process.close();
        }
    }
}
