package io.jobrelay.benchmark;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A PostgreSQL as it comes, which waits for the disk with every commit, unlike the one that tests use. */
final class DurablePostgresql implements AutoCloseable {
    private final EmbeddedPostgres server;
    private final AtomicInteger databases = new AtomicInteger();

    DurablePostgresql(Path directory) throws IOException {
        // The builder's own settings are for tests: it would not wait.
        server = EmbeddedPostgres.builder()
                .setDataDirectory(directory)
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("full_page_writes", "on")
                .setServerConfig("max_connections", "100")
                .start();
    }

    /** The properties of a ledger in a database of its own, with nothing in it. */
    Map<String, String> ledger() {
        String name = "benchmark_" + databases.incrementAndGet();
        try (Connection connection = server.getPostgresDatabase().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return Map.of(
                "jobrelay.ledger.url",
                "jdbc:postgresql://127.0.0.1:%d/%s".formatted(server.getPort(), name),
                "jobrelay.ledger.user",
                "postgres");
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
