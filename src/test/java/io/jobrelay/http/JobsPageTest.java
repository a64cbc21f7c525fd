package io.jobrelay.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@ExtendWith(Browser.Extension.class)
class JobsPageTest {
    @TempDir
    private Path directory;

    private Served api;

    @BeforeEach
    void starts() {
        api = Served.start(directory);
    }

    @AfterEach
    void stops() {
        api.close();
    }

    @Test
    void an_empty_ledger_says_what_to_do_next(Browser browser) throws IOException {
        browser.open(api.url() + "/");

        browser.waitForText("main h2", "No jobs yet");
        assertThat(browser.text(".welcome")).contains("jobrelay sandbox", "watches/", api.url() + "/api/watches");
        assertThat(browser.text("#connection")).isEqualTo("live");
        browser.screenshot("empty");
    }

    @Test
    void a_job_shows_as_it_changes_and_its_row_keeps_the_focus(Browser browser) {
        api.takeIn(Served.job("1", JobState.RUNNING), Served.job("2", JobState.QUEUED));
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "Running");
        browser.press("j", "j");
        String focused = browser.script("return document.activeElement.href").asText();

        api.takeIn(Served.job("1", JobState.SUCCEEDED), Served.job("2", JobState.FAILED));

        browser.waitForText("tbody tr", "Succeeded");
        browser.waitForText("tbody tr", "Failed");
        assertThat(browser.script("return document.activeElement.href").asText())
                .isEqualTo(focused)
                .contains("job=acme-jobs");
    }

    @Test
    void a_job_that_is_chosen_is_shown_in_detail_and_left_again(Browser browser) {
        api.takeIn(Served.job("1", JobState.RUNNING));
        api.takeIn(Served.job("1", JobState.FAILED));
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "Failed");

        browser.press("j", Browser.ENTER);

        browser.waitForText("#panel .history", "Running");
        assertThat(browser.texts("#panel .history strong")).containsExactly("Failed", "Running");
        browser.press(Browser.ESCAPE);
        browser.waitUntil("document.getElementById('panel').hidden");
        assertThat(browser.script("return document.activeElement.className").asText())
                .isEqualTo("row-link");
    }

    @Test
    void the_page_holds_no_more_rows_than_one_page(Browser browser) {
        api.takeIn(IntStream.range(0, 120)
                .mapToObj(i -> Served.job("j%03d".formatted(i), JobState.RUNNING))
                .toArray(io.jobrelay.job.JobRecord[]::new));
        browser.open(api.url() + "/#/jobs?sort=id");
        browser.waitForText("tbody tr", "j000");
        assertThat(browser.count("tbody tr")).isEqualTo(50);

        browser.click("[name=next]");

        browser.waitForText("tbody tr", "j050");
        assertThat(browser.count("tbody tr")).isEqualTo(50);
        browser.click("[name=previous]");
        browser.waitForText("tbody tr", "j000");
    }
}
