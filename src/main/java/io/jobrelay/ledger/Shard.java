package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/** What one node works on at a time: an account with its watches, their jobs and changes, or a destination with its deliveries. */
public record Shard(Kind kind, String name) implements Comparable<Shard> {
    public Shard {
        requireNonNull(kind, "kind is null");
        requireNonNull(name, "name is null");
    }

    /** What it is. */
    public enum Kind {
        ACCOUNT,
        DESTINATION
    }

    public static Shard account(String name) {
        return new Shard(Kind.ACCOUNT, name);
    }

    public static Shard destination(String name) {
        return new Shard(Kind.DESTINATION, name);
    }

    /** Reads what {@link #toString} writes. */
    static Shard parse(String text) {
        int slash = text.indexOf('/');
        return new Shard(Kind.valueOf(text.substring(0, slash).toUpperCase(Locale.ROOT)), text.substring(slash + 1));
    }

    @Override
    public int compareTo(Shard other) {
        return toString().compareTo(other.toString());
    }

    /** Such as {@code account/huawei}, as the ledger has it. */
    @Override
    public String toString() {
        return kind.name().toLowerCase(Locale.ROOT) + '/' + name;
    }
}
