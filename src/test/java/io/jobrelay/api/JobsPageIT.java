package io.jobrelay.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.testbed.LedgerView;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@ExtendWith(Browser.Extension.class)
class JobsPageIT {
    @TempDir
    private Path directory;

    private Served api;

    @BeforeEach
    void starts(Browser browser) {
        api = Served.start(directory);
        browser.size(1280, 800);
    }

    @AfterEach
    void stops() {
        api.close();
    }

    @Test
    void an_empty_ledger_says_what_to_do_next_until_there_is_a_job(Browser browser) throws IOException {
        browser.open(api.url() + "/");

        browser.waitForText("main h2", "No jobs yet");
        assertThat(browser.text(".welcome")).contains("jobrelay sandbox", "watches/", api.url() + "/api/watches");
        browser.waitForText("#connection", "live");
        browser.screenshot("empty");

        api.takeIn(Served.job("1", JobState.RUNNING));

        browser.waitForText("tbody tr", "Running");
        assertThat(browser.count(".welcome")).isZero();
    }

    @Test
    void a_job_shows_as_it_changes_and_its_row_keeps_the_focus(Browser browser) {
        api.takeIn(Served.job("1", JobState.RUNNING), Served.job("2", JobState.QUEUED));
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "Running");
        browser.press("j", "j");
        browser.script("document.activeElement.closest('tr').mark = 'the same'");

        api.takeIn(
                Served.job(
                        "1",
                        JobState.SUCCEEDED,
                        job -> job.putObject("progress").put("percent", 100)),
                Served.job("2", JobState.FAILED));

        browser.waitForText("tbody tr", "Succeeded");
        browser.waitForText("tbody tr", "100 %");
        browser.waitForText("tbody tr", "Failed");
        browser.waitForText(".state-filter.bad .count", "1");
        assertThat(browser.script("return document.activeElement.closest('tr').mark")
                        .asText())
                .isEqualTo("the same");
    }

    @Test
    void a_user_in_the_list_sees_a_notice_of_a_new_job_and_stays(Browser browser) {
        api.takeIn(Served.job("1", JobState.RUNNING));
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "Running");
        browser.press("j");

        api.takeIn(Served.job("2", JobState.QUEUED));

        browser.waitForText(".newer", "show it");
        assertThat(browser.count("tbody tr")).isEqualTo(1);
        browser.press("r");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 2");
        assertThat(browser.script("return document.activeElement.innerText").asText())
                .contains("1");
    }

    @Test
    void jobs_are_filtered_searched_and_sorted_by_the_address(Browser browser) {
        api.takeIn(
                Served.job(
                        "apple",
                        JobState.RUNNING,
                        job -> job.put("name", "zeta").putObject("labels").put("team", "red")),
                Served.job(
                        "berry",
                        JobState.FAILED,
                        job -> job.put("name", "Alpha").putObject("labels").put("team", "blue")),
                Served.job("cherry", JobState.FAILED, job -> job.put("name", "mid")));
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "zeta");

        browser.click(".state-filter.bad");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 2");
        browser.click("th.job .sort");
        browser.waitUntil("document.querySelector('th.job').getAttribute('aria-sort') === 'ascending'");
        browser.waitForText("tbody tr:first-child", "Alpha");
        browser.click("th.job .sort");
        browser.waitForText("tbody tr:first-child", "mid");
        String address = browser.address();
        assertThat(address).contains("state=FAILED").contains("sort=-name");

        browser.press("/");
        browser.press("l", "a", "b", "e", "l", ":", "t", "e", "a", "m", ":", "b", "l", "u", "e", Browser.ENTER);
        browser.waitForText(".active-filters", "team:blue");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 1");
        browser.click(".active-filters a");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 2");
        browser.write("#search", "CHERRY");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 1");
        browser.write("#search", "nothing of the kind");
        browser.waitForText(".empty", "No job is like that");

        browser.open("about:blank");
        browser.open(address);
        browser.waitForText("tbody tr:first-child", "mid");
        assertThat(browser.count("tbody tr")).isEqualTo(2);
        assertThat(browser.count("[aria-pressed=true]")).isEqualTo(1);

        browser.open(api.url() + "/#/jobs");
        browser.waitForText("tbody tr", "zeta");
        browser.click("td.labels a[title*=red]");
        browser.waitForText(".active-filters", "team:red");
        browser.script("const select = document.querySelector('select[name=account]'); select.value = 'acme';"
                + "select.dispatchEvent(new Event('change'))");
        browser.waitUntil("location.hash.includes('account=acme')");
        assertThat(browser.count("tbody tr")).isEqualTo(1);
    }

    @Test
    void a_job_in_detail_says_all_there_is(Browser browser) {
        JobRecord failed = Served.job("1", JobState.FAILED, job -> {
            job.put("name", "nightly").put("reason", "RUN_FAILED").put("message", "It broke.");
            job.putObject("error")
                    .put("code", "E.17")
                    .put("message", "out of memory")
                    .put("detailsUrl", "https://acme.example/1");
            job.putArray("logs").add("first line").add("last line");
            job.putObject("spec").put("epochs", 3);
            job.putObject("progress").put("total", 200).put("completed", 50).put("failed", 2);
        });
        api.takeIn(Served.job("1", JobState.RUNNING));
        api.takeIn(failed);
        api.routeTo("webhook");
        api.pending("webhook", 1).forEach(api::bury);
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "nightly");

        browser.press("j", Browser.ENTER);

        browser.waitForText("#panel .history", "Running");
        assertThat(browser.texts("#panel .history strong")).containsExactly("Failed", "Running");
        assertThat(browser.text("#panel"))
                .contains("RUN_FAILED", "It broke.", "E.17", "out of memory", "200 total, 50 completed, 2 failed")
                .contains("webhook", "Dead", "all.yaml", "1h..1h")
                .doesNotContain("null", "undefined");
        assertThat(browser.text("details[data-name=logs] pre")).isEqualTo("first line\nlast line");
        browser.click("details[data-name=spec] summary");
        assertThat(browser.text("details[data-name=spec] pre")).contains("\"epochs\": 3");
        assertThat(browser.script(
                                "const link = document.querySelector('.problem a'); return link.href + ' ' + link.rel")
                        .asText())
                .isEqualTo("https://acme.example/1 noopener noreferrer");

        api.takeIn(Served.job("1", JobState.RUNNING));

        browser.waitForText("#panel .summary", "Running");
        assertThat(browser.count("details[data-name=raw]")).isEqualTo(1);
        browser.press(Browser.ESCAPE);
        browser.waitUntil("document.getElementById('panel').hidden");
        assertThat(browser.script("return document.activeElement.className").asText())
                .isEqualTo("row-link");
    }

    @Test
    void a_watch_that_cannot_be_polled_shows_at_its_jobs(Browser browser) {
        api.takeIn(Served.job("1", JobState.RUNNING));
        browser.open(api.url() + "/");
        browser.waitForText("td.next", "in ");

        api.watches.pollNow(Served.list("all").id());
        api.intake.failed(api.due(Served.list("all")), PollFailure.without(FailureKind.TIMEOUT, "late"));

        browser.waitForText("td.next", "Timeout");
    }

    @Test
    void a_job_that_is_not_there_is_said_to_be_none(Browser browser) {
        browser.expectError("404");
        browser.open(api.url() + "/#/jobs?job=nobody");

        browser.waitForText("#panel", "There is no such job.");
        browser.click("#panel .close");
        browser.waitUntil("document.getElementById('panel').hidden");
    }

    @Test
    void thirty_thousand_jobs_stay_fluid(Browser browser) throws SQLException {
        api.takeIn(Served.job("j00000", JobState.RUNNING));
        multiply(30_000);
        browser.open(api.url() + "/#/jobs?sort=id");
        browser.waitForText("tbody tr", "j00000");
        browser.waitForText(".state-filter", "30,000");
        assertThat(browser.count("tbody tr")).isEqualTo(50);

        browser.press("n");
        browser.waitForText("tbody tr", "j00050");
        browser.script("""
                window.slow = 0;
                let last = performance.now();
                const frame = (now) => { window.slow = Math.max(window.slow, now - last); last = now; requestAnimationFrame(frame); };
                requestAnimationFrame((now) => { last = now; frame(now); });
                """);
        api.takeIn(IntStream.range(0, 1_000)
                .mapToObj(i -> Served.job("j%05d".formatted(i), JobState.FAILED))
                .toArray(JobRecord[]::new));
        browser.waitForText(".state-filter.bad .count", "1,000");
        browser.waitUntil("document.querySelectorAll('td .badge.bad').length === 50");
        assertThat(browser.count("tbody tr")).isEqualTo(50);
        assertThat(browser.count("*")).as("elements in all").isLessThan(2_000);
        assertThat(browser.script("return window.slow").asDouble())
                .as("the longest frame, in ms")
                .isLessThan(1_000);
        assertThat(browser.script(
                                "return Math.max(...performance.getEntriesByType('resource').filter((one) => one.name.includes('/api/jobs')).map((one) => one.decodedBodySize))")
                        .asInt())
                .as("bytes of a page")
                .isBetween(1_000, 200_000);

        browser.press("p");
        browser.waitForText("tbody tr", "j00000");
    }

    /** As many jobs, but for their ids like the first. */
    private void multiply(int jobs) throws SQLException {
        try (Connection ledger = new LedgerView(directory.resolve("ledger.db")).connect();
                Statement statement = ledger.createStatement()) {
            statement.execute("""
                    create temporary table copy as
                        with recursive more(n) as (select 1 union all select n + 1 from more where n < %d - 1)
                        select 'acme-jobs/acme/j' || printf('%%05d', n) as copy, job.* from more, job""".formatted(jobs));
            statement.execute("update copy set id = copy, search = replace(search, name, copy), name = copy");
            statement.execute(
                    "insert into job_record select copy, json_set(record, '$.id', copy) from copy, job_record");
            statement.execute("alter table copy drop column copy");
            statement.execute("insert into job select * from copy");
            statement.execute("update job_count set jobs = (select count(*) from job)");
        }
    }
}
