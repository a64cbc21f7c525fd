package io.jobrelay.testbed;

import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A ledger as somebody else would read it, and write into it, past Jobrelay. */
public record LedgerView(String url) {
    public LedgerView(Path file) {
        this("jdbc:sqlite:" + file);
    }

    /** The rows of a query, their columns joined by a blank. */
    public List<String> rows(String query, String... parameters) {
        try (Connection connection = connect();
                PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            List<String> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    rows.add(row(result));
                }
            }
            return rows;
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until the query gives this one row. */
    public void awaitRow(String row, String query, String... parameters) {
        await().atMost(Duration.ofSeconds(15))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> rows(query, parameters), List.of(row)::equals);
    }

    /** A connection of its own, to hold it, or to write. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(url);
    }

    private static String row(ResultSet result) throws SQLException {
        List<String> columns = new ArrayList<>();
        for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
            columns.add(String.valueOf(result.getString(i)));
        }
        return String.join(" ", columns);
    }
}
