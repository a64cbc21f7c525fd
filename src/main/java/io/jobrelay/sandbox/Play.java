package io.jobrelay.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One life of what a watch looks at, told in replies. It begins when it is first asked for, and each reply has an equal part
 * of it; the last stays. However seldom it is asked for, no reply is left out.
 */
final class Play {
    private final List<String> replies;
    private final Duration part;
    private final Clock clock;
    private final BiConsumer<String, Instant> firstServed;
    private @Nullable Instant begun;
    private int last = -1;

    /**
     * @param life from the first reply to the last
     * @param firstServed told of each reply when it is given for the first time
     */
    Play(List<String> replies, Duration life, Clock clock, BiConsumer<String, Instant> firstServed) {
        if (replies.isEmpty()) {
            throw new IllegalStateException("replies: at least one, were none");
        }
        this.replies = List.copyOf(replies);
        this.part = life.dividedBy(Math.max(1, replies.size() - 1));
        this.clock = clock;
        this.firstServed = firstServed;
    }

    /** The reply to a request of this moment. */
    synchronized String reply() {
        Instant now = clock.instant();
        if (begun == null) {
            begun = now;
        }
        boolean later = last < 0 || !now.isBefore(begun.plus(part.multipliedBy(last + 1L)));
        if (later && last + 1 < replies.size()) {
            last++;
            firstServed.accept(replies.get(last), now);
        }
        return replies.get(last);
    }
}
