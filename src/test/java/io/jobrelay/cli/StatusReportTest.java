package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What of the state of a Jobrelay needs a person, as its API gives it. */
class StatusReportTest {
    @Test
    void all_that_is_wrong_is_named_and_what_passes_apart() throws IOException {
        StatusReport report = report("""
                reload:
                  directory: /work
                  generation: 7
                  time: 2026-01-02T03:04:05Z
                  files:
                    - file: routes/router.camel.yaml
                      result: REFUSED
                      problems: [{ line: 4, message: is not YAML }, { message: b }]
                    - { file: application.properties, result: RESTART_NEEDED, problems: [{ message: jobrelay.node waits }] }
                    - { file: watches/a.yaml, result: LOADED, problems: [{ line: 9, message: api unknown }] }
                    - { file: routes/poll.camel.yaml, result: LOADED, problems: [] }
                summary: { watches: { OK: 3, THROTTLED: 1 }, stale: 1, jobs: {}, unrouted: 4, troubles: { broker: away } }
                nodes: [{ name: n, version: "1", accounts: 2, destinations: 3, startTime: t, seenTime: u }]
                destinations:
                  - { name: changes, circuit: CLOSED, pending: 4, dead: 0, error: jq fails }
                  - { name: file, circuit: CLOSED, pending: 0, dead: 0 }
                  - { name: alrets, circuit: CLOSED, pending: 5, dead: 0, unread: no route reads outbox:alrets }
                  - { name: webhook, circuit: OPEN, pending: 1, dead: 2, error: HTTP status 500 }
                  - { name: queue, circuit: CLOSED, pending: 1, dead: 0, error: refused once }
                watches:
                  - { id: a1, api: x, account: y, health: UNAUTHENTICATED, failure: { httpStatus: 401, code: C, message: refused } }
                  - { id: a2, api: x, account: y, health: REFUSED, failure: { message: account unknown } }
                  - { id: a3, api: x, account: y, health: THROTTLED, failure: { httpStatus: 429 } }
                  - { id: a4, api: x, account: y, health: TIMEOUT, stale: true }
                  - { id: a5, api: x, account: y, health: OK, stale: true }
                """);

        assertThat(report.needs())
                .containsExactly(
                        "away",
                        "routes/router.camel.yaml REFUSED: line 4: is not YAML; b",
                        "application.properties RESTART_NEEDED: jobrelay.node waits",
                        "watches/a.yaml LOADED: line 9: api unknown",
                        "watch a1 of x, account y: UNAUTHENTICATED: 401 C refused",
                        "watch a2 of x, account y: REFUSED: account unknown",
                        "watch a4 of x, account y: TIMEOUT, stale",
                        "watch a5 of x, account y: OK, stale",
                        "destination alrets, 5 pending: no route reads outbox:alrets",
                        "destination webhook, OPEN: HTTP status 500",
                        "destination webhook: 2 dead; 'jobrelay deliveries list --destination webhook' shows them",
                        "4 events that the router fails on: jq fails; 'jobrelay deliveries list --status UNROUTED' shows them");
        assertThat(report.passing())
                .containsExactly("watch a3 of x, account y: THROTTLED: 429", "destination queue, CLOSED: refused once");
        assertThat(printed(report))
                .contains(
                        "Files      generation 7 since 2026-01-02T03:04:05Z, 1 of 4 as they stand",
                        "Watches    OK 3, THROTTLED 1, stale 1",
                        "Jobs       none",
                        "Needs a person:",
                        "  watch a2 of x, account y: REFUSED: account unknown",
                        "Fails, and is tried again:");
    }

    @Test
    void the_list_ends_with_the_screen() throws IOException {
        String file =
                "    - { file: watches/%d.yaml, result: REFUSED, problems: [{ message: " + "m".repeat(300) + " }] }\n";
        StringBuilder files = new StringBuilder("reload:\n  files:\n");
        for (int i = 0; i < 25; i++) {
            files.append(file.formatted(i));
        }

        assertThat(printed(report(files.toString())))
                .hasSizeLessThan(40)
                .endsWith("  and 5 more, which --json prints")
                .allMatch(line -> line.length() < 270);
    }

    @Test
    void nothing_is_named_while_all_is_well() throws IOException {
        StatusReport report = report("""
                reload: { generation: 1, files: [] }
                summary: { watches: { OK: 1 }, stale: 0, jobs: { RUNNING: 2 }, unrouted: 0 }
                nodes: []
                destinations: [{ name: file, circuit: CLOSED, pending: 9, dead: 0 }]
                watches: []
                """);

        assertThat(report.needs()).isEmpty();
        assertThat(printed(report)).endsWith("Nothing needs a person.");
    }

    private static StatusReport report(String yaml) throws IOException {
        JsonNode all = new YAMLMapper().readTree(yaml);
        return new StatusReport(
                all.path("reload"),
                all.path("summary"),
                all.path("nodes").valueStream().toList(),
                all.path("destinations").valueStream().toList(),
                all.path("watches").valueStream().toList());
    }

    private static List<String> printed(StatusReport report) {
        StringWriter out = new StringWriter();
        report.print(new PrintWriter(out));
        return out.toString().lines().toList();
    }
}
