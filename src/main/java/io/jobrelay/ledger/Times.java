package io.jobrelay.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Times as the ledger has them: milliseconds since the epoch, or null. */
final class Times {
    private Times() {}

    static @Nullable Long millis(ResultSet row, String column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : millis;
    }

    static @Nullable Long millis(@Nullable Instant time) {
        return time == null ? null : time.toEpochMilli();
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        Long millis = millis(row, column);
        return millis == null ? null : Instant.ofEpochMilli(millis);
    }
}
