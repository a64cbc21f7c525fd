package io.jobrelay.durability;

import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.LedgerView;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Puts changes into a ledger that nobody has open, as if they had been taken in and routed long ago. */
final class PendingDeliveries {
    private static final String NUMBERS =
            "with recursive number(i) as" + " (select 0 union all select i + 1 from number where i + 1 < %d)";

    private PendingDeliveries() {}

    /** So many jobs with so many changes each, for each of the destinations; the ledger is made where there is none. */
    static void add(Path ledger, int jobs, int changes, List<String> destinations) throws SQLException {
        LedgerView view = new LedgerView(ledger);
        LedgerDatabase.open(new LedgerSettings(view.url())).close();
        try (Connection connection = view.connect();
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute(
                    "insert into change (account, routed, event_id, subject, sequence, type, event, created_at, event_time) "
                            + NUMBERS.formatted(jobs * changes) + """
                    select 'acme', true, printf('evt-%%08d', i), printf('job-%%d', i %% %1$d), 1 + i / %1$d,
                        'io.jobrelay.job.state_changed.v1',
                        cast(printf('{"id":"evt-%%08d","subject":"job-%%d","sequence":%%d,"data":{"text":"%2$s"}}',
                            i, i %% %1$d, 1 + i / %1$d) as blob), 0, 0
                    from number""".formatted(jobs, "x".repeat(500)));
            for (String destination : destinations) {
                sql.execute("""
                        insert into delivery (destination, change, subject, sequence, status, updated_at)
                        select '%s', position, subject, sequence, 'PENDING', 0 from change""".formatted(destination));
                sql.execute("insert into destination (name) values ('%s')".formatted(destination));
            }
            connection.commit();
        }
    }
}
