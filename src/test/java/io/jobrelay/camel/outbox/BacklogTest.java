package io.jobrelay.camel.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.outbox.Backlog.OnDisk;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Lease;
import io.jobrelay.ledger.Shard;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BacklogTest {
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final Lease LEASE = new Lease(Shard.destination("hook"), 1);

    private final Backlog backlog = new Backlog();

    @Test
    void of_each_job_the_first_change_is_in_flight_and_the_others_wait_for_it() {
        add(of("a", 1), of("a", 2), of("b", 1));
        Delivery a1 = backlog.take();

        assertThat(takeAll()).containsExactly("b1");
        backlog.settled(a1);
        assertThat(takeAll()).containsExactly("a2");
    }

    @Test
    void what_is_found_again_is_not_there_twice() {
        add(of("a", 1), of("a", 2));
        Delivery a1 = backlog.take();
        add(of("a", 1), of("a", 2));
        backlog.settled(a1);

        assertThat(takeAll()).containsExactly("a2");
    }

    /** What the ledger said before it was settled may be heard after that. */
    @Test
    void what_is_settled_while_the_ledger_is_read_is_not_sent_again() {
        add(of("a", 1));
        Delivery a1 = backlog.take();
        backlog.read();
        backlog.settled(a1);
        backlog.add(List.of(of("a", 1), of("a", 2)), NOW);

        assertThat(takeAll()).containsExactly("a2");
    }

    @Test
    void a_line_that_waits_for_a_retry_has_nothing_in_memory_and_holds_up_no_other() {
        int room = backlog.room();
        add(of("a", 1), of("a", 2), of("b", 1));
        backlog.retry(backlog.take(), NOW.plusSeconds(5));

        assertThat(backlog.room()).isEqualTo(room - 1);
        assertThat(takeAll()).containsExactly("b1");
        assertThat(backlog.due(NOW.plusSeconds(4))).isEmpty();
        OnDisk due = backlog.due(NOW.plusSeconds(5)).orElseThrow();
        assertThat(due).isEqualTo(new OnDisk(LEASE, "a", 1));
        backlog.load(due, List.of(of("a", 1), of("a", 2)), true, NOW.plusSeconds(5));
        assertThat(takeAll()).containsExactly("a1");
    }

    @Test
    void what_comes_for_a_line_that_waits_is_loaded_with_it() {
        add(of("a", 1));
        backlog.retry(backlog.take(), NOW.plusSeconds(5));
        add(of("a", 2));

        assertThat(takeAll()).isEmpty();
        OnDisk due = backlog.due(NOW.plusSeconds(5)).orElseThrow();
        backlog.load(due, List.of(of("a", 1), of("a", 2)), true, NOW.plusSeconds(5));
        backlog.settled(backlog.take());
        assertThat(takeAll()).containsExactly("a2");
    }

    @Test
    void what_is_not_due_when_it_is_found_waits_until_it_is() {
        add(of("a", 1, NOW.plusSeconds(5)), of("a", 2));

        assertThat(takeAll()).isEmpty();
        assertThat(backlog.due(NOW.plusSeconds(5))).contains(new OnDisk(LEASE, "a", 1));
    }

    @Test
    void a_job_with_many_changes_leaves_room_for_others_and_goes_on_from_the_disk() {
        int room = backlog.room();
        add(LongStream.rangeClosed(1, 100).mapToObj(each -> of("a", each)).toArray(Delivery[]::new));

        assertThat(backlog.room()).isEqualTo(room - Backlog.MOST_OF_ONE);
        backlog.settled(backlog.take());
        add(of("a", 101));
        for (int i = 1; i < Backlog.MOST_OF_ONE; i++) {
            backlog.settled(backlog.take());
        }
        assertThat(backlog.next()).isEmpty();
        assertThat(backlog.due(NOW)).contains(new OnDisk(LEASE, "a", Backlog.MOST_OF_ONE + 1));
    }

    @Test
    void has_room_for_a_bounded_number_and_a_bounded_size() {
        add(IntStream.range(0, 2_000).mapToObj(each -> of("job " + each, 1)).toArray(Delivery[]::new));
        assertThat(backlog.room()).isZero();
        backlog.forget(lease -> true);
        assertThat(backlog.room()).isEqualTo(2_000);

        add(new Delivery(LEASE, "hook", 1, "e", "t", "a", 1, NOW, new byte[8 << 20], 0, NOW));
        assertThat(backlog.room()).isZero();
        backlog.settled(backlog.take());
        assertThat(backlog.room()).isEqualTo(2_000);
    }

    /** A dead delivery is sent again while a later one is in flight. */
    @Test
    void an_earlier_change_that_is_read_anew_goes_before_a_later_one_that_failed() {
        add(of("a", 2), of("a", 3));
        Delivery a2 = backlog.take();
        backlog.forget(lease -> true);
        add(of("a", 1), of("a", 2), of("a", 3));
        assertThat(backlog.next()).as("one at a time").isEmpty();
        backlog.retry(a2, NOW.plusSeconds(3_600));

        assertThat(backlog.due(NOW)).contains(new OnDisk(LEASE, "a", 1));
    }

    @Test
    void with_a_lease_goes_what_is_not_in_flight_under_it() {
        Lease other = new Lease(Shard.destination("hook"), 2);
        add(of("a", 1), of("a", 2), of("b", 1));
        Delivery a1 = backlog.take();
        backlog.forget(LEASE::equals);

        assertThat(backlog.next()).isEmpty();
        assertThat(backlog.isIdle(LEASE::equals)).isFalse();
        backlog.settled(a1);
        assertThat(backlog.isIdle(LEASE::equals)).isTrue();
        assertThat(backlog.isIdle(other::equals)).isTrue();
        assertThat(backlog.due(NOW.plus(Duration.ofDays(1)))).isEmpty();
    }

    /** Reads, settles, fails, forgets and redelivers at random, against a disk that is a map. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void keeps_each_job_in_order_and_loses_nothing_whatever_happens(int seed) {
        Random random = new Random(seed);
        Map<Long, Delivery> disk = new TreeMap<>();
        Map<String, List<Long>> sent = new HashMap<>();
        List<Delivery> inFlight = new ArrayList<>();
        int jobs = 20;
        int changes = 60;
        long[] written = new long[jobs];
        long position = 0;
        long read = 0;
        Instant now = NOW;
        List<Delivery> page = null;
        for (int step = 0;
                step < 200_000 && sent.values().stream().mapToInt(List::size).sum() < jobs * changes;
                step++) {
            now = now.plusMillis(random.nextInt(20));
            switch (random.nextInt(8)) {
                case 0 -> {
                    int job = random.nextInt(jobs);
                    for (int more = random.nextInt(30); more > 0 && written[job] < changes; more--) {
                        position++;
                        disk.put(position, of("job " + job, ++written[job], position, NOW));
                    }
                }
                case 1 -> { // a read begins, and what it finds may be added much later
                    if (page == null) {
                        backlog.read();
                        long after = read;
                        page = disk.entrySet().stream()
                                .filter(each -> each.getKey() > after)
                                .map(Map.Entry::getValue)
                                .limit(30)
                                .toList();
                    }
                }
                case 2 -> {
                    if (page != null) {
                        backlog.add(page, now);
                        // Some transaction still runs: the last ones are found again.
                        int settled = random.nextInt(page.size() + 1);
                        read = settled == 0 ? read : page.get(settled - 1).change();
                        page = null;
                    }
                }
                case 3 -> {
                    if (page == null && backlog.due(now).isPresent()) {
                        OnDisk due = backlog.due(now).get();
                        List<Delivery> found = disk.values().stream()
                                .filter(each -> each.subject().equals(due.subject()) && each.sequence() >= due.from())
                                .sorted(Comparator.comparing(Delivery::sequence))
                                .limit(Backlog.MOST_OF_ONE)
                                .toList();
                        backlog.load(due, found, found.size() < Backlog.MOST_OF_ONE, now);
                    }
                }
                case 4, 5 -> {
                    if (backlog.next().isPresent()) {
                        Delivery next = backlog.take();
                        assertThat(inFlight).extracting(Delivery::subject).doesNotContain(next.subject());
                        inFlight.add(next);
                    }
                }
                case 6 -> {
                    if (!inFlight.isEmpty()) {
                        Delivery landed = inFlight.remove(random.nextInt(inFlight.size()));
                        if (random.nextInt(4) == 0) {
                            Instant dueAt = now.plusMillis(random.nextInt(100));
                            disk.put(landed.change(), of(landed.subject(), landed.sequence(), landed.change(), dueAt));
                            backlog.retry(landed, dueAt);
                        } else {
                            disk.remove(landed.change());
                            sent.computeIfAbsent(landed.subject(), job -> new ArrayList<>())
                                    .add(landed.sequence());
                            backlog.settled(landed);
                        }
                    }
                }
                default -> {
                    if (seed > 4 && page == null && random.nextInt(50) == 0) { // that would find what is lost
                        backlog.forget(lease -> true);
                        read = 0;
                    }
                }
            }
        }

        List<Long> inOrder = LongStream.rangeClosed(1, changes).boxed().toList();
        assertThat(sent).hasSize(jobs);
        assertThat(sent.values()).allSatisfy(sequences -> assertThat(sequences).isEqualTo(inOrder));
    }

    private void add(Delivery... found) {
        backlog.read();
        backlog.add(List.of(found), NOW);
    }

    private List<String> takeAll() {
        return Stream.generate(() -> backlog.next().map(lease -> backlog.take()))
                .takeWhile(Optional::isPresent)
                .map(taken -> taken.get().subject() + taken.get().sequence())
                .toList();
    }

    private static Delivery of(String subject, long sequence) {
        return of(subject, sequence, NOW);
    }

    private static Delivery of(String subject, long sequence, Instant dueAt) {
        return of(subject, sequence, subject.hashCode() * 1_000L + sequence, dueAt);
    }

    private static Delivery of(String subject, long sequence, long change, Instant dueAt) {
        return new Delivery(LEASE, "hook", change, "e", "t", subject, sequence, NOW, new byte[1], 0, dueAt);
    }
}
