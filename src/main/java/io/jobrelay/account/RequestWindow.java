package io.jobrelay.account;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The ceilings of a process without a ledger, which shares them with nobody: over any second, wherever it begins, no more
 * than an account's ceiling, of which a fraction is left aside (2.5 a second are 2); a ceiling below one is one request over
 * a longer time. What a quiet account did not use is gone. Where a ceiling is changed, the account begins anew.
 */
public final class RequestWindow implements RequestBudget {
    private static final double NANOS_PER_SECOND = 1_000_000_000;

    private final Supplier<Map<String, Account>> accounts;
    private final LongSupplier nanoTime;
    private final Map<String, Window> windows = new ConcurrentHashMap<>();

    /**
     * @param accounts by name, asked anew each time
     * @param nanoTime a clock that only runs forward, as {@link System#nanoTime()}
     */
    public RequestWindow(Supplier<Map<String, Account>> accounts, LongSupplier nanoTime) {
        this.accounts = accounts;
        this.nanoTime = nanoTime;
    }

    /** Takes at most so many requests of the account, and says how many. */
    int take(String account, int most) {
        return window(account).take(most);
    }

    @Override
    public void takeOne(String account) throws InterruptedException {
        Window window = window(account);
        while (window.take(1) == 0) {
            TimeUnit.NANOSECONDS.sleep(window.nanosToNext());
        }
    }

    private Window window(String account) {
        Account known = accounts.get().get(account);
        // A watch of an account that has gone: let it through, and let the poll say so.
        double perSecond = known == null ? 1 : known.requestsPerSecond();
        return windows.compute(
                account,
                (name, window) -> window != null && window.perSecond == perSecond ? window : new Window(perSecond));
    }

    /** What was taken in the period that ends now. */
    private final class Window {
        private final double perSecond;
        private final int most;
        private final long period;
        private final Deque<Taken> taken = new ArrayDeque<>();
        private int total;

        private Window(double perSecond) {
            this.perSecond = perSecond;
            this.most = (int) Math.max(1, perSecond);
            this.period = (long) (NANOS_PER_SECOND / Math.min(1, perSecond));
        }

        private synchronized int take(int wanted) {
            long now = nanoTime.getAsLong();
            while (!taken.isEmpty() && now - taken.getFirst().at >= period) {
                total -= taken.removeFirst().requests;
            }
            int granted = Math.min(wanted, most - total);
            if (granted > 0) {
                taken.addLast(new Taken(now, granted));
                total += granted;
            }
            return granted;
        }

        private synchronized long nanosToNext() {
            return taken.isEmpty() ? 0 : Math.max(0, taken.getFirst().at + period - nanoTime.getAsLong());
        }
    }

    private record Taken(long at, int requests) {}
}
