package io.jobrelay.ledger;

import static java.util.stream.Collectors.groupingBy;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jdbi.v3.core.mapper.Nested;

/**
 * The changes that are kept, each at a place that never changes. A change becomes visible only once every change before it is
 * visible too, whichever node writes it; those of one job come in the order of their sequence.
 */
public final class History {
    /** A page ends behind the change that fills it, since the provider's own words in a change may be long. */
    private static final int PAGE_BYTES = 2 * 1024 * 1024;

    /** Of one job that changes more often, the states since then. */
    private static final int MOST_STATES = 60;

    private final LedgerDatabase database;

    public History(LedgerDatabase database) {
        this.database = database;
    }

    /** The place of a change among all changes; as a text it is opaque to clients. */
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
    @SuppressWarnings("ArrayRecordComponent") // the bytes are what is sent, and are not compared
    public record Entry(@Nested Place place, long sequence, String type, byte[] event) {}

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
                .bindMethods(place)
                .bind("subject", subject)
                .bind("sequence", sequence)
                .bind("limit", limit)
                .bind("bytes", PAGE_BYTES)
                .mapTo(Entry.class)
                .list());
    }

    /** From then on the job was in that state. */
    public record Stage(String job, Instant since, String state) {}

    /** In which states each job was, from the first to the last, as far as its changes are kept. */
    public Map<String, List<Stage>> stages(Collection<String> jobs) {
        return database.read(handle -> handle.createQuery("""
                        select job, since, state from (
                            select j.id as job, c.created_at as since, c.state, c.sequence,
                                lag(c.state) over (partition by j.id order by c.sequence) as before
                            from <elements>(:jobs) wanted
                            join job j on j.id = wanted.value
                            join change c on c.subject = j.id and c.sequence > j.sequence - :most
                            where c.state is not null) stages
                        where before is null or before <> state order by job, sequence""")
                .bind("jobs", jobs)
                .bind("most", MOST_STATES)
                .mapTo(Stage.class)
                .collect(groupingBy(Stage::job)));
    }

    /** The place of the newest change there ever was. */
    public Place newest() {
        return bounds().newest();
    }

    /** True if every change behind that place is still there, and that place is of this ledger. */
    public boolean completeAfter(Place place) {
        Bounds bounds = bounds();
        return place.compareTo(bounds.purged) >= 0 && place.compareTo(bounds.newest()) <= 0;
    }

    private record Bounds(
            @Nested("purged") Place purged, @Nested Place kept) {
        private Place newest() {
            return kept.compareTo(purged) > 0 ? kept : purged;
        }
    }

    private Bounds bounds() {
        return database.read(
                handle -> handle.createQuery("""
                        select purged_age, purged_position, age, position from ledger_time
                        left join (select age, position from change where age < <settled>
                            order by age desc, position desc limit 1) newest on true""").mapTo(Bounds.class).one());
    }
}
