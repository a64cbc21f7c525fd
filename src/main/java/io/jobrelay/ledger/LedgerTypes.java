package io.jobrelay.ledger;

import io.jobrelay.job.HealthChange;
import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.lang.reflect.Constructor;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.AbstractArgumentFactory;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.argument.Arguments;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.mapper.RowMapperFactory;
import org.jdbi.v3.core.mapper.reflect.ConstructorMapper;
import org.jspecify.annotations.Nullable;

/**
 * How the ledger keeps values: times as milliseconds since the epoch; watches, failures, lists and maps as JSON. A row becomes
 * a record whose components are called as its columns are.
 */
final class LedgerTypes {
    private LedgerTypes() {}

    static void register(Jdbi jdbi) {
        jdbi.registerArgument(new TimeFactory())
                .registerArgument((ArgumentFactory) (type, value, config) -> text(value, config))
                .registerColumnMapper(Instant.class, (row, column, context) -> instant(row, column))
                .registerColumnMapper(Shard.class, (row, column, context) -> Shard.parse(row.getString(column)))
                .registerColumnMapper(Watch.class, (row, column, context) -> read(row.getString(column), Watch.class))
                .registerColumnMapper(
                        HealthChange.Failure.class,
                        (row, column, context) -> read(row.getString(column), HealthChange.Failure.class))
                .registerRowMapper((RowMapperFactory) (type, config) -> type instanceof Class<?> row && row.isRecord()
                        ? Optional.of(ConstructorMapper.of(constructor(row)))
                        : Optional.empty());
    }

    /** Of a record that may be private. */
    private static Constructor<?> constructor(Class<?> row) {
        Constructor<?> constructor = row.getDeclaredConstructors()[0];
        constructor.setAccessible(true);
        return constructor;
    }

    private static <T> @Nullable T read(@Nullable String json, Class<T> type) {
        return json == null ? null : Json.read(json, type);
    }

    private static Optional<Argument> text(@Nullable Object value, ConfigRegistry config) {
        Arguments arguments = config.get(Arguments.class);
        if (value instanceof Shard) {
            return arguments.findFor(String.class, value.toString());
        }
        return value instanceof Watch
                        || value instanceof HealthChange.Failure
                        || value instanceof Collection<?>
                        || value instanceof Map<?, ?>
                ? arguments.findFor(String.class, Json.write(value))
                : Optional.empty();
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? null : Instant.ofEpochMilli(millis);
    }

    /** The same for a row that is read by hand. */
    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        return instant(row, row.findColumn(column));
    }

    private static final class TimeFactory extends AbstractArgumentFactory<Instant> {
        private TimeFactory() {
            super(Types.BIGINT);
        }

        @Override
        protected Argument build(Instant time, ConfigRegistry config) {
            long millis = time.toEpochMilli();
            return (position, statement, context) -> statement.setLong(position, millis);
        }
    }
}
