package io.jobrelay.ledger;

import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether the ledger can be relied on right now, and the one place that logs it: when trouble begins and when it is over,
 * not each time that something fails. A ledger that was once found damaged stays so: to go on writing would make it worse.
 */
final class LedgerCondition {
    private static final Logger LOG = LoggerFactory.getLogger("io.jobrelay.ledger");
    /** A disk that is nearly full takes one thing and refuses the next; that is logged once in this time. */
    private static final Duration BETWEEN_TWO_LINES = Duration.ofMinutes(1);

    private final String ledger;
    private final LongSupplier nanoTime;
    private @Nullable LedgerTrouble trouble;
    private @Nullable String message;
    private @Nullable LedgerTrouble logged;
    private long quietUntil;

    /**
     * @param ledger what messages call it
     */
    LedgerCondition(String ledger, LongSupplier nanoTime) {
        this.ledger = ledger;
        this.nanoTime = nanoTime;
        this.quietUntil = nanoTime.getAsLong();
    }

    /** What is wrong and what to do, for people; empty if the last read or write succeeded. */
    synchronized Optional<String> trouble() {
        return Optional.ofNullable(message);
    }

    /** Refuses to touch a ledger that is damaged. */
    synchronized void require() {
        if (lasts()) {
            throw new LedgerException(String.valueOf(message));
        }
    }

    /** Something was committed. */
    synchronized void good() {
        if (lasts()) {
            return;
        }
        trouble = null;
        message = null;
        if (logged != null) {
            LOG.info("jobrelay.ledger.url: {} can be written again", ledger);
            logged = null;
        }
    }

    /** Something failed; returns what is to be thrown. */
    synchronized LedgerException failed(Throwable failure) {
        LedgerTrouble found = LedgerTrouble.of(failure).orElse(null);
        if (found == null) {
            return new LedgerException(
                    "could not be written to the ledger: " + LedgerTrouble.detail(failure),
                    failure,
                    LedgerTrouble.refusesData(failure));
        }
        if (!lasts()) {
            trouble = found;
            message = "jobrelay.ledger.url: " + ledger + " " + found.message(LedgerTrouble.detail(failure));
        }
        log();
        return new LedgerException(String.valueOf(message), failure);
    }

    private boolean lasts() {
        return trouble != null && trouble.lasting();
    }

    private void log() {
        long now = nanoTime.getAsLong();
        if (trouble == logged || (!lasts() && now - quietUntil < 0)) {
            return;
        }
        LOG.error(lasts() ? "{}" : "{}; until then it is tried again, and nothing is lost", message);
        logged = trouble;
        quietUntil = now + BETWEEN_TWO_LINES.toNanos();
    }
}
