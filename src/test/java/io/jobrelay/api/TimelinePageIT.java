package io.jobrelay.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobState;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@ExtendWith(Browser.Extension.class)
class TimelinePageIT {
    private static final String RIGHT = "\uE014";

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
    void a_life_is_a_piece_for_each_state_and_goes_on_by_itself(Browser browser) {
        api.takeIn(Served.job("1", JobState.QUEUED), Served.job("2", JobState.RUNNING));
        api.takeIn(Served.job("1", JobState.RUNNING));
        browser.open(api.url() + "/#/timeline?range=15m");
        browser.waitForText(".lives li", "Running");
        assertThat(browser.count(".piece")).isEqualTo(3);
        assertThat(browser.script("return document.querySelectorAll('.axis text').length")
                        .asInt())
                .isGreaterThan(3);

        api.takeIn(Served.job("1", JobState.FAILED));

        browser.waitForText(".lives li", "Failed");
        assertThat(browser.count("li:has(.bad) .piece")).isEqualTo(3);
        assertThat(browser.count("li:has(.bad) .piece.bad")).isEqualTo(1);
        browser.waitUntil("document.querySelector('.piece.bad').getBoundingClientRect().width === 10");
        browser.click(".state-filter.running");
        browser.waitUntil("document.querySelectorAll('.lives li').length === 1");
    }

    @Test
    void keys_go_through_rows_and_states_and_open_the_job(Browser browser) {
        api.takeIn(Served.job("1", JobState.QUEUED));
        api.takeIn(Served.job("1", JobState.RUNNING));
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "Running");
        browser.press("2");
        browser.waitForText(".lives li", "Running");

        browser.press("j", RIGHT);

        browser.waitForText(".tip", "Queued");
        browser.press(RIGHT);
        browser.waitForText(".tip", "so far");
        browser.press("-");
        browser.waitUntil("location.hash.includes('range=6h')");
        browser.press("k", Browser.ENTER);
        browser.waitForText("#panel .history", "Queued");
        browser.press(Browser.ESCAPE);
        browser.waitUntil("document.activeElement.classList.contains('row-link')");
    }

    @Test
    void without_jobs_it_says_so(Browser browser) {
        browser.open(api.url() + "/#/timeline");

        browser.waitForText(".empty", "there are none yet");
    }
}
