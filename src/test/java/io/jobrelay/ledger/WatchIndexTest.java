package io.jobrelay.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecords;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.watch.Watch;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;

@Timeout(60)
@OnBothEngines
class WatchIndexTest {
    private static final WatchIndex.Filter ALL = new WatchIndex.Filter(Set.of(), Set.of(), Set.of(), false);
    private static final Watch ONE = Ledger.watch("1");

    @Parameter
    Engine engine;

    @TempDir
    private Path directory;

    private Ledger ledger;
    private WatchIndex index;

    @BeforeEach
    void opens() {
        ledger = Ledger.open(engine.ledger(directory));
        index = new WatchIndex(ledger.database);
    }

    @AfterEach
    void closes() {
        ledger.close();
    }

    @Test
    void tells_how_a_watch_fares() {
        ledger.watches.replace("w.yaml", List.of(ONE));
        String node = engine == Engine.SQLITE ? null : "node";
        assertThat(one())
                .isEqualTo(new WatchIndex.Item(
                        ONE.id(),
                        ONE,
                        "w.yaml",
                        "ACTIVE",
                        node,
                        "OK",
                        null,
                        0,
                        false,
                        null,
                        ledger.clock.instant(),
                        0));

        DueWatch due = ledger.due().get(0);
        ledger.intake.failed(due, PollFailure.without(FailureKind.TIMEOUT, "too late"));
        assertThat(one().health()).isEqualTo("TIMEOUT");
        assertThat(one().failure()).contains("too late");
        assertThat(one().failures()).isEqualTo(1);
        assertThat(one().nextPoll()).isAfter(ledger.clock.instant());
        assertThat(index.healths()).isEqualTo(Map.of("TIMEOUT", 1L));

        ledger.watches.pollNow(ONE.id());
        ledger.answered(ledger.due().get(0), List.of(JobRecords.of("acme-job/acme/1", JobState.FAILED)))
                .join();
        assertThat(one().state()).isEqualTo("ENDED");
        assertThat(one().failure()).isNull();
        assertThat(one().answered()).isEqualTo(ledger.clock.instant());
        assertThat(one().jobs()).isEqualTo(1);
        assertThat(index.jobs(ONE.id(), 10)).containsExactly("acme-job/acme/1");
    }

    @Test
    void pages_and_filters() {
        ledger.watches.replace(
                "w.yaml", List.of(ONE, Ledger.watch("2"), Ledger.watch("3"), Ledger.list("p"), Ledger.list("q")));

        List<WatchIndex.Item> all = index.page(ALL, null, 10).items();
        assertThat(all).extracting(WatchIndex.Item::id).hasSize(5).isSorted();
        assertThat(index.page(ALL, null, 2))
                .isEqualTo(new Page<>(all.subList(0, 2), Optional.of(all.get(1).id())));
        assertThat(index.page(ALL, all.get(1).id(), 10)).isEqualTo(new Page<>(all.subList(2, 5), Optional.empty()));
        assertThat(found(new WatchIndex.Filter(Set.of("acme-jobs"), Set.of("acme"), Set.of("OK"), false)))
                .hasSize(2);
        assertThat(found(new WatchIndex.Filter(Set.of(), Set.of("other"), Set.of(), false)))
                .isEmpty();
        assertThat(found(new WatchIndex.Filter(Set.of(), Set.of(), Set.of("TIMEOUT"), false)))
                .isEmpty();
    }

    private List<WatchIndex.Item> found(WatchIndex.Filter filter) {
        return index.page(filter, null, 10).items();
    }

    @Test
    void a_page_looks_through_so_many_watches_wherever_those_are_that_it_finds() {
        int watches = 100_000;
        ledger.database.write(handle -> handle.execute("""
                with recursive number(n) as (select 1 union all select n + 1 from number where n < %d)
                insert into watch (id, definition, api, account, list, source, state, due_at)
                select 'w' || (100000 + n), '{"api":"acme-job","account":"acme","every":"10s..5m"}', 'acme-job',
                    case n when %1$d then 'rare' else 'acme' end, false, 'w.yaml', 'ACTIVE', 0 from number""".formatted(watches)));
        WatchIndex.Filter rare = new WatchIndex.Filter(Set.of(), Set.of("rare"), Set.of(), false);

        Page<WatchIndex.Item, String> page = index.page(rare, null, 10);
        assertThat(page.items()).isEmpty();
        assertThat(page.next()).hasValue("w" + (100_000 + WatchIndex.LOOKED_THROUGH));

        List<WatchIndex.Item> found = new ArrayList<>();
        int pages = 1;
        for (; page.next().isPresent(); pages++) {
            page = index.page(rare, page.next().get(), 10);
            found.addAll(page.items());
        }
        assertThat(found).extracting(WatchIndex.Item::id).containsExactly("w" + (100_000 + watches));
        assertThat(pages).isEqualTo(1 + watches / WatchIndex.LOOKED_THROUGH);
    }

    @Test
    void keeps_unreadable_replies_apart() {
        DueWatch due = ledger.dueOnly(ONE);
        ledger.intake.failed(
                due, PollFailure.malformed("no state", new ProviderReply(200, "text/html", "<p>".getBytes(UTF_8))));

        UnreadableReplies replies = new UnreadableReplies(ledger.database);
        UnreadableReplies.Entry reply = replies.of(ONE.id()).get(0);

        assertThat(reply)
                .isEqualTo(new UnreadableReplies.Entry(
                        reply.number(), ledger.clock.instant(), "no state", 200, "text/html", 3));
        assertThat(replies.body(ONE.id(), reply.number())).contains("<p>".getBytes(UTF_8));
        assertThat(replies.body("another", reply.number())).isEmpty();
        assertThat(replies.body(ONE.id(), reply.number() + 1)).isEmpty();
    }

    @Test
    void a_watch_is_added_by_itself_and_replaced_and_removed() {
        assertThat(ledger.watches.add(ONE)).isEqualTo(new Watches.Standing(Watches.FROM_API, true, true));
        assertThat(ledger.watches.add(ONE)).isEqualTo(new Watches.Standing(Watches.FROM_API, false, true));
        assertThat(ledger.watches.add(Ledger.watch("1", "1s..2s", true)))
                .isEqualTo(new Watches.Standing(Watches.FROM_API, false, true));
        assertThat(ledger.due()).extracting(DueWatch::watch).containsExactly(Ledger.watch("1", "1s..2s", true));

        assertThat(ledger.watches.remove(ONE.id())).contains(Watches.FROM_API);

        assertThat(index.find(ONE.id())).isEmpty();
        assertThat(ledger.watches.remove(ONE.id())).isEmpty();
        assertThat(ledger.watches.pollNow(ONE.id())).isFalse();
        assertThat(ledger.watches.add(ONE)).isEqualTo(new Watches.Standing(Watches.FROM_API, true, true));
    }

    @Test
    void a_watch_that_stands_in_a_file_is_left_to_the_file() {
        ledger.watches.replace("w.yaml", List.of(ONE));

        assertThat(ledger.watches.add(ONE)).isEqualTo(new Watches.Standing("w.yaml", false, true));
        assertThat(ledger.watches.add(Ledger.watch("1", "1s..2s", true)))
                .isEqualTo(new Watches.Standing("w.yaml", false, false));
        assertThat(ledger.watches.remove(ONE.id())).contains("w.yaml");
        assertThat(one().watch()).isEqualTo(ONE);
    }

    @Test
    void a_watch_is_polled_when_somebody_asks_even_if_its_job_has_ended() {
        DueWatch due = ledger.dueOnly(ONE);
        ledger.answered(due, List.of(JobRecords.of("acme-job/acme/1", JobState.FAILED)))
                .join();
        assertThat(ledger.due()).isEmpty();

        assertThat(ledger.watches.pollNow(ONE.id())).isTrue();

        assertThat(ledger.due()).extracting(DueWatch::watch).containsExactly(ONE);
    }

    private WatchIndex.Item one() {
        Optional<WatchIndex.Item> item = index.find(ONE.id());
        return item.orElseThrow();
    }
}
