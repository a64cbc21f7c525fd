package io.jobrelay.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.testbed.LongForm;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class GroupCommitTest {
    private static final int THREADS = 32;

    @TempDir
    private Path directory;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private LedgerDatabase database;

    @BeforeEach
    void opens() {
        database = LedgerDatabase.open(new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db")));
        database.write(handle -> handle.execute("create table line (id integer primary key)"));
    }

    @AfterEach
    void closes() {
        threads.shutdownNow();
        database.close();
    }

    @Test
    void work_that_fails_takes_none_of_the_others_with_it() throws Exception {
        List<Future<Integer>> results = new ArrayList<>();
        for (int i = 0; i < LongForm.count(1_000, 100); i++) {
            int id = i;
            results.add(threads.submit(() -> database.write(handle -> {
                insert(handle, id);
                if (id % 3 == 0) {
                    throw new IllegalStateException("third");
                }
                return id;
            })));
        }

        List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            Future<Integer> result = results.get(i);
            if (i % 3 == 0) {
                assertThatThrownBy(result::get)
                        .isInstanceOf(ExecutionException.class)
                        .cause()
                        .isInstanceOf(LedgerException.class)
                        .hasMessage("could not be written to the ledger: third");
            } else {
                expected.add(result.get());
            }
        }
        assertThat(ids()).isEqualTo(expected);
    }

    @Test
    void an_error_is_told_to_who_waits_and_does_not_end_the_writer() {
        assertThatThrownBy(() -> database.write(handle -> {
                    insert(handle, 1);
                    throw new StackOverflowError("deep");
                }))
                .isInstanceOf(LedgerException.class)
                .hasMessageContaining("deep");

        database.write(handle -> insert(handle, 2));

        assertThat(ids()).containsExactly(2);
    }

    @Test
    void a_full_disk_fails_what_does_not_fit_and_nothing_else() {
        int pages = database.write(handle -> {
            int count =
                    handle.createQuery("pragma page_count").mapTo(Integer.class).one();
            handle.execute("create table big (content blob)");
            handle.execute("pragma max_page_count = " + (count + 40));
            return count;
        });
        AtomicInteger fit = new AtomicInteger();
        assertThatThrownBy(() -> {
                    while (true) {
                        database.write(handle -> handle.execute("insert into big values (zeroblob(20000))"));
                        fit.incrementAndGet();
                    }
                })
                .isInstanceOf(LedgerException.class)
                .rootCause()
                .hasMessageContaining("SQLITE_FULL");
        assertThat(pages).isPositive();

        database.write(handle -> handle.execute("pragma max_page_count = 1000000"));
        database.write(handle -> handle.execute("insert into big values (zeroblob(20000))"));

        assertThat(count("big")).isEqualTo(fit.get() + 1);
    }

    @Test
    void is_over_for_those_who_come_after_it_was_closed() throws Exception {
        List<Callable<Integer>> work = new ArrayList<>();
        for (int i = 0; i < THREADS - 1; i++) {
            int from = i * 1_000_000;
            work.add(() -> writeUntilClosed(from));
        }
        List<Future<Integer>> writers = work.stream().map(threads::submit).toList();
        while (count("line") < 200) {
            Thread.onSpinWait();
        }

        database.close();

        int acknowledged = 0;
        for (Future<Integer> writer : writers) {
            acknowledged += writer.get(10, TimeUnit.SECONDS);
        }
        database = LedgerDatabase.open(new LedgerSettings("jdbc:sqlite:" + directory.resolve("ledger.db")));
        assertThat(count("line")).isEqualTo(acknowledged);
    }

    private int writeUntilClosed(int from) {
        AtomicInteger written = new AtomicInteger();
        assertThatThrownBy(() -> {
                    while (true) {
                        database.write(handle -> insert(handle, from + written.get()));
                        written.incrementAndGet();
                    }
                })
                .isInstanceOf(LedgerException.class)
                .hasMessage("the ledger is closed");
        return written.get();
    }

    private static int insert(Handle handle, int id) {
        return handle.execute("insert into line values (?)", id);
    }

    private List<Integer> ids() {
        return database.read(handle -> handle.createQuery("select id from line order by id")
                .mapTo(Integer.class)
                .list());
    }

    private int count(String table) {
        return database.read(handle -> handle.createQuery("select count(*) from " + table)
                .mapTo(Integer.class)
                .one());
    }
}
