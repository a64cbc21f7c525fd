package io.jobrelay.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.testbed.MovableClock;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessTokensTest {
    private final MovableClock clock = new MovableClock(Instant.parse("2026-11-22T10:00:00Z"));
    private final AtomicInteger obtained = new AtomicInteger();
    private Duration life = Duration.ofHours(24);

    private final AccessTokens tokens = new AccessTokens(
            account -> new AccessToken(
                    account.name() + "-" + obtained.incrementAndGet(),
                    clock.instant().plus(life)),
            clock);

    /** A tenth of its life before its end, and half an hour at most. */
    @ParameterizedTest
    @CsvSource({"PT24H, PT23H30M", "PT1H, PT54M", "PT10S, PT9S"})
    void keeps_a_token_until_shortly_before_its_end(Duration whole, Duration kept) {
        life = whole;

        assertThat(tokens.token(account("a"))).isEqualTo("a-1");
        clock.advance(kept.minusMillis(1));
        assertThat(tokens.token(account("a"))).isEqualTo("a-1");
        clock.advance(Duration.ofMillis(1));
        assertThat(tokens.token(account("a"))).isEqualTo("a-2");
    }

    @Test
    void keeps_one_for_each_account() {
        assertThat(tokens.token(account("a"))).isEqualTo("a-1");
        assertThat(tokens.token(account("b"))).isEqualTo("b-2");
        assertThat(tokens.token(account("a"))).isEqualTo("a-1");
    }

    @Test
    void forgets_only_the_token_that_was_refused() {
        tokens.token(account("a"));
        tokens.drop(account("a"), "a-0");
        assertThat(tokens.token(account("a"))).isEqualTo("a-1");

        tokens.drop(account("a"), "a-1");
        assertThat(tokens.token(account("a"))).isEqualTo("a-2");
    }

    @Test
    void tries_again_after_a_failure() {
        AccessTokens failing = new AccessTokens(
                account -> {
                    if (obtained.incrementAndGet() == 1) {
                        throw new IllegalStateException("not now");
                    }
                    return new AccessToken("t", clock.instant().plus(life));
                },
                clock);

        assertThatThrownBy(() -> failing.token(account("a")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("not now");
        assertThat(failing.token(account("a"))).isEqualTo("t");
    }

    @Test
    void shows_no_token() {
        assertThat(new AccessToken("MIIsecret", clock.instant())).asString().doesNotContain("MIIsecret");
    }

    private static Account account(String name) {
        return new Account(name, URI.create("https://acme.example"), Signing.NONE, Map.of(), 1, null, false);
    }
}
