package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The changes that are kept, each at a place that never changes. A change becomes visible only once every change before it is
 * visible too, whichever node writes it; those of one job come in the order of their sequence.
 */
public final class History {
    /** A page ends behind the change that fills it, since the provider's own words in a change may be long. */
    private static final int PAGE_BYTES = 2 * 1024 * 1024;

    private final LedgerDatabase database;

    public History(LedgerDatabase database) {
        this.database = requireNonNull(database, "database is null");
    }

    /** Where a change stands among all changes; as a text it is opaque to clients. */
    public record Place(long age, long position) implements Comparable<Place> {
        /** Before the first change. */
        public static final Place START = new Place(0, 0);

        private static final Pattern TEXT = Pattern.compile("([0-9]{1,18})-([0-9]{1,18})");
        private static final Comparator<Place> ORDER =
                Comparator.comparingLong(Place::age).thenComparingLong(Place::position);

        /** Reads what {@link #toString} has written; empty if it has not written that. */
        public static Optional<Place> parse(String text) {
            Matcher parts = TEXT.matcher(text);
            return parts.matches()
                    ? Optional.of(new Place(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2))))
                    : Optional.empty();
        }

        static Place of(ResultSet row) throws SQLException {
            return new Place(row.getLong("age"), row.getLong("position"));
        }

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }

        @Override
        public String toString() {
            return age + "-" + position;
        }
    }

    /** A change: its event, as every destination receives it. */
    @SuppressWarnings("ArrayRecordComponent") // the bytes are what is sent, nobody compares entries
    public record Entry(Place place, long sequence, String type, byte[] event) {
        public Entry {
            requireNonNull(place, "place is null");
            requireNonNull(type, "type is null");
            requireNonNull(event, "event is null");
        }
    }

    /** At most so many changes behind that place; none only if there is none. */
    public List<Entry> after(Place place, int limit) {
        return page("age, position", "(age, position) > (:age, :position) and age < <settled>", "", 0, place, limit);
    }

    /** At most so many changes of the subject behind that sequence; none only if there is none. */
    public List<Entry> of(String subject, long sequence, int limit) {
        return page("sequence", "subject = :subject and sequence > :sequence", subject, sequence, Place.START, limit);
    }

    /** Measured before it is read: PostgreSQL's driver takes all of a page into memory. */
    private List<Entry> page(String order, String where, String subject, long sequence, Place place, int limit) {
        return database.read(handle -> handle.createQuery("""
                        select age, position, sequence, type, event from change
                        join (select position as fits, sum(bytes) over (order by %1$s) - bytes as before
                            from (select age, position, sequence, length(event) as bytes from change
                                where %2$s order by %1$s limit :limit) sized) page on position = fits
                        where before < :bytes order by %1$s""".formatted(order, where))
                .bind("age", place.age)
                .bind("position", place.position)
                .bind("subject", subject)
                .bind("sequence", sequence)
                .bind("limit", limit)
                .bind("bytes", PAGE_BYTES)
                .map((row, context) ->
                        new Entry(Place.of(row), row.getLong("sequence"), row.getString("type"), row.getBytes("event")))
                .list());
    }

    /** The place of the newest change there ever was. */
    public Place newest() {
        return bounds().newest;
    }

    /** True if every change behind that place is still there, and that place is of this ledger. */
    public boolean completeAfter(Place place) {
        Bounds bounds = bounds();
        return place.compareTo(bounds.purged) >= 0 && place.compareTo(bounds.newest) <= 0;
    }

    private record Bounds(Place purged, Place newest) {}

    private Bounds bounds() {
        return database.read(handle -> handle.createQuery("""
                        select purged_age, purged_position, age, position from ledger_time
                        left join (select age, position from change where age < <settled>
                            order by age desc, position desc limit 1) newest on true""")
                .map((row, context) -> {
                    Place purged = new Place(row.getLong("purged_age"), row.getLong("purged_position"));
                    Place kept = Place.of(row);
                    return new Bounds(purged, kept.compareTo(purged) > 0 ? kept : purged);
                })
                .one());
    }
}
