package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;

import io.jobrelay.watch.Watch;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A watch that has had no good answer for too long.
 *
 * @param since its last good answer, or when it was added, in the machine's time
 * @param health the kind of its last failure, {@code OK} if no poll has ended since
 * @param failure what that failure said, null where nothing is known
 */
public record BlindWatch(
        Watch watch, Instant since, String health, @Nullable String failure) {
    public BlindWatch {
        requireNonNull(watch, "watch is null");
        requireNonNull(since, "since is null");
        requireNonNull(health, "health is null");
    }
}
