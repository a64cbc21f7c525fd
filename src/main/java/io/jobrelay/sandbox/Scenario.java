package io.jobrelay.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The replies to one watch, from a job's start to its end. It starts with the first request; each reply is served for an equal
 * part of the duration, and the last from then on. No reply is skipped, however rare the requests are.
 */
final class Scenario {
    private final List<String> replies;
    private final Duration part;
    private final Clock clock;
    private final BiConsumer<String, Instant> firstServed;
    private @Nullable Instant start;
    private int last = -1;

    /**
     * @param duration from the first reply to the last
     * @param firstServed gets each reply when it is served for the first time
     */
    Scenario(List<String> replies, Duration duration, Clock clock, BiConsumer<String, Instant> firstServed) {
        if (replies.isEmpty()) {
            throw new IllegalStateException("replies: at least one, were none");
        }
        this.replies = List.copyOf(replies);
        this.part = duration.dividedBy(Math.max(1, replies.size() - 1));
        this.clock = clock;
        this.firstServed = firstServed;
    }

    /** The reply to a request at this moment. */
    synchronized String reply() {
        Instant now = clock.instant();
        if (start == null) {
            start = now;
        }
        boolean later = last < 0 || !now.isBefore(start.plus(part.multipliedBy(last + 1L)));
        if (later && last + 1 < replies.size()) {
            last++;
            firstServed.accept(replies.get(last), now);
        }
        return replies.get(last);
    }
}
