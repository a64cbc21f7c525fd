package io.jobrelay.ledger;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.testbed.LongForm;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
@OnBothEngines
class CeilingsTest {
    private static final Duration TEN_SECONDS = Duration.ofSeconds(10);
    private static final int SECONDS = LongForm.count(60, 30);

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private final Map<String, Account> accounts = new ConcurrentHashMap<>();
    private Ledger ledger;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    /** Each node comes when it likes, wants what it likes, and uses a permit as late as it may. */
    @ParameterizedTest
    @CsvSource({"0.2, 3", "0.3, 2", "1, 3", "2.5, 3", "10, 1", "10, 2", "10, 3", "99.5, 3", "1000, 3"})
    void holds_over_all_nodes_within_five_percent_of_any_ten_seconds(double ceiling, int count) {
        account("a", ceiling);
        List<Ceilings> nodes = Stream.generate(this::node).limit(count).toList();
        SplittableRandom random = new SplittableRandom(1);
        List<Long> used = new ArrayList<>();
        while (passedNanos() < SECONDS * 1_000_000_000L) {
            int taken = take(nodes.get(random.nextInt(count)), 1 + random.nextInt((int) ceiling + 2));
            for (int permit = 0; permit < taken; permit++) {
                used.add(passedNanos() + random.nextLong(Spacing.CLAIMED.toNanos()));
            }
            ledger.clock.advance(Duration.ofNanos(random.nextLong(200_000_000L / count)));
        }
        used.sort(null);

        int last = 0;
        int most = 0;
        for (int first = 0; first < used.size(); first++) {
            while (last < used.size() && used.get(last) < used.get(first) + TEN_SECONDS.toNanos()) {
                last++;
            }
            most = Math.max(most, last - first);
        }
        assertThat(most).isLessThanOrEqualTo((int) Math.max(10.5 * ceiling, Math.ceil(10 * ceiling)));
        assertThat(used.size()).as("and is made use of").isGreaterThanOrEqualTo((int) (0.9 * SECONDS * ceiling));
    }

    @Test
    void costs_one_statement_for_all_accounts_of_a_claim_and_none_while_there_is_nothing_to_get() {
        countStatements();
        account("a", 10);
        account("b", 100);
        account("c", 0.2);
        Ceilings node = node();
        Map<String, Integer> wanted = Map.of("a", 64, "b", 20, "c", 1);
        assertThat(node.take(wanted)).isEqualTo(Map.of("a", 3, "b", 20, "c", 1));
        ledger.clock.advance(TEN_SECONDS);

        assertThat(node.take(wanted)).isEqualTo(Map.of("a", 3, "b", 20, "c", 1));
        assertThat(statements()).as("rows written by the second claim").isEqualTo(3);

        assertThat(node.take(Map.of("a", 64, "c", 1))).isEqualTo(Map.of("a", 0, "c", 0));
        ledger.clock.advance(Duration.ofSeconds(4));
        assertThat(node.take(Map.of("c", 1))).isEqualTo(Map.of("c", 0));
        assertThat(statements()).isEqualTo(3);
    }

    @Test
    void takes_a_fraction_of_a_second_s_worth_at_once_for_pages() throws InterruptedException {
        countStatements();
        account("a", 10_000);
        Ceilings node = node();
        for (int page = 0; page < 1_000; page++) {
            node.takeOne("a");
            ledger.clock.advance(Duration.ofNanos(105_000));
        }

        assertThat(statements())
                .as("one, two, four, and so on: to keep up takes few")
                .isBetween(1, 20);
    }

    @Test
    void forgets_what_it_took_in_advance() throws InterruptedException {
        account("a", 1_000);
        Ceilings node = node();
        for (int page = 0; page < 20; page++) {
            node.takeOne("a");
        }
        countStatements();
        ledger.clock.advance(TEN_SECONDS);
        node.takeOne("a");

        assertThat(statements()).isEqualTo(1);
        assertThat(ledger.query("select wanted from ceiling")).containsExactly("1");
    }

    @Test
    void waits_for_a_permit_and_many_who_wait_ask_once() throws Exception {
        Ceilings node = new Ceilings(ledger.database, () -> accounts, java.time.Clock.systemUTC());
        account("a", 50);
        countStatements();
        long began = System.nanoTime();
        ExecutorService pool = Executors.newFixedThreadPool(20);
        try {
            CompletableFuture.allOf(IntStream.range(0, 60)
                            .mapToObj(i -> CompletableFuture.runAsync(
                                    () -> {
                                        try {
                                            node.takeOne("a");
                                        } catch (InterruptedException e) {
                                            throw new IllegalStateException(e);
                                        }
                                    },
                                    pool))
                            .toArray(CompletableFuture[]::new))
                    .join();
        } finally {
            pool.shutdownNow();
        }

        assertThat(System.nanoTime() - began)
                .as("20 were saved up, 40 had to be waited for")
                .isGreaterThan(Duration.ofMillis(790).toNanos());
        assertThat(statements()).isLessThan(60);
    }

    @Test
    void follows_an_edit_at_once() {
        account("a", 0.001);
        Ceilings node = node();
        assertThat(take(node, 5)).isEqualTo(1);
        assertThat(take(node, 5)).isZero();
        account("a", 10);
        ledger.clock.advance(Duration.ofMillis(104));
        assertThat(take(node, 1)).as("it begins with nothing saved up").isBetween(0, 1);
        ledger.clock.advance(Duration.ofSeconds(1));

        assertThat(take(node, 50)).isEqualTo(3);
        account("a", 0.001);
        ledger.clock.advance(Duration.ofSeconds(1));
        assertThat(take(node, 50)).isLessThanOrEqualTo(1);
        ledger.clock.advance(Duration.ofSeconds(10));
        assertThat(take(node, 50)).isZero();
    }

    @Test
    void begins_anew_where_the_ledger_s_time_is_behind_what_it_was() {
        account("a", 10);
        take(node(), 5);
        ledger.database.write(handle -> handle.execute("update ceiling set next_at = next_at + 3600000000000"));
        Ceilings node = node();

        assertThat(take(node, 5)).isZero();
        ledger.clock.advance(Duration.ofSeconds(1));
        assertThat(take(node, 5)).isPositive();
    }

    @Test
    void a_permit_is_good_for_a_moment_only() {
        Ceilings node = node();
        var claimed = ledger.time.instant();

        assertThat(node.fresh(claimed)).isTrue();
        ledger.clock.advance(Spacing.CLAIMED.minusNanos(1));
        assertThat(node.fresh(claimed)).isTrue();
        ledger.clock.advance(Duration.ofNanos(1));
        assertThat(node.fresh(claimed)).isFalse();
    }

    @Test
    void lets_the_watch_of_an_account_that_has_gone_through() throws InterruptedException {
        Ceilings node = node();
        node.takeOne("gone");
        node.throttled("gone", null);

        assertThat(node.take(Map.of("gone", 7))).isEqualTo(Map.of("gone", 7));
        assertThat(node.all()).isEmpty();
    }

    @Test
    void halves_once_for_those_that_were_throttled_together_and_climbs_back() {
        account("a", 100);
        Ceilings node = node();
        Ceilings other = node();
        take(node, 1);
        for (int i = 0; i < 64; i++) {
            node.throttled("a", null);
            other.throttled("a", null);
            ledger.clock.advance(Duration.ofMillis(10));
        }

        assertThat(effective(node)).isEqualTo(50);
        assertThat(effective(other)).isEqualTo(50);
        ledger.clock.advance(Duration.ofSeconds(59));
        assertThat(effective(node)).isEqualTo(50);
        ledger.clock.advance(Duration.ofSeconds(1));
        assertThat(effective(node)).isEqualTo(60);
        ledger.clock.advance(TEN_SECONDS);
        assertThat(effective(node)).isEqualTo(70);
        ledger.clock.advance(TEN_SECONDS.multipliedBy(3));
        assertThat(effective(node)).isEqualTo(100);
        node.look();
        assertThat(ledger.query("select percent || ' ' || held_until || ' ' || throttled_at from ceiling"))
                .containsExactly("100 0 0");
        node.throttled("a", null);
        assertThat(effective(node)).as("and it learns again").isEqualTo(50);
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 600})
    void holds_for_as_long_as_the_provider_says(int seconds) {
        account("a", 100);
        Ceilings node = node();
        take(node, 1);
        node.throttled("a", Duration.ofSeconds(seconds));
        ledger.clock.advance(Duration.ofSeconds(seconds).minusMillis(1));
        assertThat(effective(node)).isEqualTo(50);
        ledger.clock.advance(Duration.ofMillis(1));
        assertThat(effective(node)).isEqualTo(60);
    }

    @Test
    void a_longer_wish_of_the_same_moment_counts() {
        account("a", 100);
        Ceilings node = node();
        take(node, 1);
        node.throttled("a", null);
        node.throttled("a", Duration.ofMinutes(5));
        ledger.clock.advance(Duration.ofMinutes(4));
        assertThat(effective(node)).isEqualTo(50);
    }

    @Test
    void goes_no_lower_than_a_tenth() {
        account("a", 100);
        Ceilings node = node();
        take(node, 1);
        for (int i = 0; i < 10; i++) {
            node.throttled("a", null);
            ledger.clock.advance(Duration.ofSeconds(2));
        }

        assertThat(effective(node)).isEqualTo(10);
        assertThat(node.all()).containsEntry("a", new Ceilings.Ceiling(100, 10));
    }

    @Test
    void another_node_and_the_next_start_grant_no_more_than_what_is_left() {
        account("a", 100);
        Ceilings node = node();
        Ceilings other = node();
        take(node, 1);
        ledger.clock.advance(TEN_SECONDS);
        node.throttled("a", null);
        other.look();
        Ceilings next = node();

        for (Ceilings each : List.of(node, other, next)) {
            assertThat(effective(each)).isEqualTo(50);
            assertThat(take(each, 100)).isCloseTo(19, within(1));
            ledger.clock.advance(TEN_SECONDS);
        }
    }

    private Ceilings node() {
        return new Ceilings(ledger.database, () -> accounts, ledger.time);
    }

    private void account(String name, double ceiling) {
        accounts.put(
                name,
                new Account(name, URI.create("https://acme.example"), Signing.NONE, null, null, ceiling, null, false));
    }

    private static int take(Ceilings node, int wanted) {
        return node.take(Map.of("a", wanted)).getOrDefault("a", 0);
    }

    private static double effective(Ceilings node) {
        return requireNonNull(node.all().get("a")).effective();
    }

    private long passedNanos() {
        return ledger.clock.nanoTime();
    }

    private void countStatements() {
        ledger.database.write(handle -> {
            handle.execute("create table counted (taken integer)");
            return switch (engine) {
                case SQLITE ->
                    handle.execute("create trigger counts after update of granted on ceiling"
                            + " begin insert into counted values (new.granted); end");
                case POSTGRESQL -> {
                    handle.execute("create function count_it() returns trigger language plpgsql as"
                            + " 'begin insert into counted values (new.granted); return new; end'");
                    yield handle.execute("create trigger counts after update of granted on ceiling"
                            + " for each row execute function count_it()");
                }
            };
        });
    }

    private int statements() {
        return Integer.parseInt(ledger.query("select count(*) from counted").get(0));
    }
}
