package io.jobrelay.camel.reload;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A provider that says the same all the while, and edits after which that is another record. The mapping gives another record
 * each time it is run, so each run of it is a change.
 */
@Timeout(120)
class UnchangedRepliesIT {
    private static final String TEMPLATE = "routes/templates/poll-provider.camel.yaml";
    private static final String MAPPING = "routes/providers/huawei-res-job.jq";
    private static final String PROPERTIES = "application.properties";
    private static final String EVENTS = "out/changes.ndjson";

    @TempDir
    private static Path directory;

    private static EditedInstallation running;

    @BeforeAll
    static void start() throws IOException {
        running = new EditedInstallation(directory);
        running.take(MAPPING, text -> text + "\n| .providerState = \"\\(now)\"\n");
    }

    @AfterAll
    static void stop() {
        running.close();
    }

    @BeforeEach
    void nothing_changes() {
        awaitPolls();
        awaitPolls();
        int events = events();
        awaitPolls();
        assertThat(events()).isEqualTo(events).isPositive();
    }

    @Test
    void an_edited_mapping_is_run() {
        running.take(MAPPING, text -> text + "\n| .reason = \"AS_EDITED\"\n");

        awaitEvent("AS_EDITED");
    }

    @Test
    void an_edited_template_is_gone_through() {
        running.write("routes/providers/other.jq", running.read(MAPPING) + "\n| .reason = \"BY_ANOTHER_MAPPING\"\n");
        running.take(TEMPLATE, text -> text.replace("providers/{{mapping}}.jq", "providers/other.jq"));

        awaitEvent("BY_ANOTHER_MAPPING");
    }

    @Test
    void an_edited_account_may_make_another_record_of_it() {
        int events = events();

        running.take(PROPERTIES, text -> text + "\njobrelay.account.cloud.time-zone=Asia/Shanghai\n");

        running.soon().until(() -> events() > events);
    }

    @Test
    void an_edited_secret_may_be_in_it() {
        int events = events();

        running.take(PROPERTIES, text -> text + """

                jobrelay.account.spare.endpoint=http://127.0.0.1:1
                jobrelay.account.spare.signing=sdk-hmac-sha256
                jobrelay.account.spare.access-key=the-access-key
                jobrelay.account.spare.secret-key=a-secret-key-0123456789
                """);

        running.soon().until(() -> events() > events);
    }

    private static void awaitPolls() {
        int asked = running.asked("v1", "a");
        running.soon().until(() -> running.asked("v1", "a") > asked + 5);
    }

    private static void awaitEvent(String part) {
        running.soon().until(() -> running.events(EVENTS).stream().anyMatch(event -> event.contains(part)));
    }

    private static int events() {
        return running.events(EVENTS).size();
    }
}
