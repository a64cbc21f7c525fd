package io.jobrelay.benchmark;

import static java.util.Objects.requireNonNull;

import io.jobrelay.job.Json;
import io.jobrelay.ledger.Watches;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sqlite.SQLiteConfig;

/** The file of a ledger that nobody has open: looks into it, and makes many watches and jobs of few. */
final class LedgerRows implements AutoCloseable {
    /** The pace of those that many are made of. */
    static final String PACE = "1d";

    /** After so many jobs their states repeat. */
    private static final int CYCLE = 2 * Cloud.POLLS_PER_CHANGE;

    private static final int CACHE_KIBIBYTES = 1_500_000;

    private static final Pattern JOB = Pattern.compile("0{16}[0-9a-f]{16}");

    private final Connection connection;

    LedgerRows(Path ledger) throws SQLException {
        SQLiteConfig config = new SQLiteConfig();
        // Gigabytes that nobody misses: the log of them would be written many times over.
        config.setJournalMode(SQLiteConfig.JournalMode.OFF);
        config.setSynchronous(SQLiteConfig.SynchronousMode.OFF);
        config.setCacheSize(-CACHE_KIBIBYTES);
        connection = config.createConnection("jdbc:sqlite:" + ledger);
        connection.setAutoCommit(false);
    }

    /** The bytes of some change. */
    byte[] oneEvent() throws SQLException {
        return (byte[]) requireNonNull(rows("change").get(0).get("event"));
    }

    /**
     * Puts copies in the place of all watches and their jobs, numbered from a multiple of {@link #CYCLE} and one: so each
     * is a poll ahead of what it is a copy of, and a twentieth of first polls brings a change, as of all others.
     *
     * @param copies of each
     * @param every their pace, in whole seconds
     */
    void multiply(int copies, Duration every) throws SQLException {
        List<Map<String, Object>> watches = rows("watch");
        Map<Object, Map<String, Object>> jobs = by("watch_id", "job");
        Map<Object, Map<String, Object>> records = by("id", "job_record");
        for (String table : List.of("watch", "job", "job_record", "job_count")) {
            execute("delete from " + table);
        }
        int step = (watches.size() + CYCLE) / CYCLE * CYCLE;
        String pace = every.toSeconds() + "s.." + every.toSeconds() + "s";
        try (PreparedStatement watchInsert = insert("watch", watches.get(0));
                PreparedStatement jobInsert =
                        insert("job", jobs.values().iterator().next());
                PreparedStatement recordInsert =
                        insert("job_record", records.values().iterator().next())) {
            for (Map<String, Object> watch : watches) {
                String definition = String.valueOf(watch.get("definition"));
                String name = job(definition);
                for (int copy = 1; copy <= copies; copy++) {
                    String other = Api.job(step * copy + Integer.parseInt(name, 16) + 1);
                    UnaryOperator<String> renamed =
                            text -> text.replace(name, other).replace(PACE + ".." + PACE, pace);
                    String id =
                            Json.read(renamed.apply(definition), Watch.class).id();
                    UnaryOperator<String> rewritten =
                            text -> renamed.apply(text).replace(String.valueOf(watch.get("id")), id);
                    add(watchInsert, watch, rewritten);
                    Map<String, Object> job = requireNonNull(jobs.get(watch.get("id")));
                    add(jobInsert, job, rewritten);
                    add(recordInsert, requireNonNull(records.get(job.get("id"))), rewritten);
                }
                watchInsert.executeBatch();
                jobInsert.executeBatch();
                recordInsert.executeBatch();
            }
        }
        execute("insert into job_count select account, api, state, count(*) from job group by account, api, state");
        connection.commit();
    }

    private static String job(String definition) {
        Matcher job = JOB.matcher(definition);
        if (!job.find()) {
            throw new IllegalStateException("no job in " + definition);
        }
        return job.group();
    }

    private Map<Object, Map<String, Object>> by(String column, String table) throws SQLException {
        Map<Object, Map<String, Object>> rows = new LinkedHashMap<>();
        rows(table).forEach(row -> rows.put(requireNonNull(row.get(column)), row));
        return rows;
    }

    private List<Map<String, Object>> rows(String table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("select * from " + table)) {
            List<Map<String, Object>> rows = new ArrayList<>();
            while (result.next()) {
                Map<String, Object> row = new LinkedHashMap<>();
                for (int column = 1; column <= result.getMetaData().getColumnCount(); column++) {
                    row.put(result.getMetaData().getColumnName(column), result.getObject(column));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    private PreparedStatement insert(String table, Map<String, Object> row) throws SQLException {
        return connection.prepareStatement("insert into %s (%s) values (%s)"
                .formatted(
                        table,
                        String.join(", ", row.keySet()),
                        String.join(", ", Collections.nCopies(row.size(), "?"))));
    }

    private static void add(PreparedStatement insert, Map<String, Object> row, UnaryOperator<String> rewritten)
            throws SQLException {
        int column = 1;
        for (Object value : row.values()) {
            insert.setObject(column++, value instanceof String text ? rewritten.apply(text) : value);
        }
        insert.addBatch();
    }

    /** As if they had been added at the API, and had been polled at this pace for long: from now on, spread over its time. */
    void spread(Duration every, Instant now) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement("""
                update watch set source = ?, due_at = ? + abs(random()) % ?, stale_after = 3 * ?, stale_at = ? + 4 * ?""")) {
            update.setString(1, Watches.FROM_API);
            update.setLong(2, now.toEpochMilli());
            update.setLong(3, every.toMillis());
            update.setLong(4, every.toMillis());
            update.setLong(5, now.toEpochMilli());
            update.setLong(6, every.toMillis());
            update.executeUpdate();
        }
        connection.commit();
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
