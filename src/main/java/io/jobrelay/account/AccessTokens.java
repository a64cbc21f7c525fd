package io.jobrelay.account;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/**
 * The tokens of the accounts whose scheme obtains one: each is obtained once, however many polls need it at
 * the same moment, and kept until shortly before it expires.
 */
public final class AccessTokens {
    private static final Duration LONGEST_MARGIN = Duration.ofMinutes(30);
    private static final int MARGIN_SHARE = 10;

    private final Function<Account, AccessToken> obtain;
    private final Clock clock;
    private final Map<Account, CompletableFuture<Held>> held = new ConcurrentHashMap<>();

    /**
     * @param obtain asks for a token; throws where there is none
     */
    public AccessTokens(Function<Account, AccessToken> obtain, Clock clock) {
        this.obtain = obtain;
        this.clock = clock;
    }

    private record Held(String value, Instant renewAt) {}

    /**
     * A token that is good for the account now.
     *
     * @throws RuntimeException whatever obtaining it threw; the next call tries again
     */
    public String token(Account account) {
        CompletableFuture<Held> mine = new CompletableFuture<>();
        CompletableFuture<Held> current =
                held.compute(account, (same, before) -> before != null && usable(before) ? before : mine);
        if (current == mine) {
            obtain(account, mine);
        }
        try {
            return current.join().value;
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    private void obtain(Account account, CompletableFuture<Held> mine) {
        try {
            Instant now = clock.instant();
            AccessToken token = obtain.apply(account);
            Duration margin = Duration.between(now, token.expiresAt()).dividedBy(MARGIN_SHARE);
            margin = margin.compareTo(LONGEST_MARGIN) > 0 ? LONGEST_MARGIN : margin;
            mine.complete(new Held(token.value(), token.expiresAt().minus(margin)));
        } catch (RuntimeException | Error e) {
            held.remove(account, mine);
            mine.completeExceptionally(e);
        }
    }

    private boolean usable(CompletableFuture<Held> future) {
        if (future.isCompletedExceptionally()) {
            return false;
        }
        return !future.isDone() || clock.instant().isBefore(future.join().renewAt);
    }

    /** Forgets the tokens of accounts that are not, or no longer, among these. */
    public void keepOnly(Collection<Account> accounts) {
        held.keySet().retainAll(accounts);
    }

    /** Forgets the token, if it is still this one: the provider did not accept it. */
    public void drop(Account account, String refused) {
        held.computeIfPresent(
                account,
                (same, future) -> future.isDone()
                                && !future.isCompletedExceptionally()
                                && future.join().value.equals(refused)
                        ? null
                        : future);
    }
}
