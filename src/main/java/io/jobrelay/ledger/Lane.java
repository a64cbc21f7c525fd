package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import java.util.Comparator;

/**
 * The deliveries of one job, or of one watch, to one destination: they are in an order, so only one transaction at a time
 * works on them.
 */
record Lane(String destination, String subject) implements Comparable<Lane> {
    private static final Comparator<Lane> ORDER =
            Comparator.comparing(Lane::destination).thenComparing(Lane::subject);

    Lane {
        requireNonNull(destination, "destination is null");
        requireNonNull(subject, "subject is null");
    }

    @Override
    public int compareTo(Lane other) {
        return ORDER.compare(this, other);
    }
}
