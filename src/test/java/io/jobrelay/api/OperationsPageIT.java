package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobState;
import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.status.Flow;
import io.jobrelay.status.RouteFlow;
import io.jobrelay.status.RouteFlow.Stage;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What an operator looks at and does: watches, destinations and their deliveries, the flow, changed files. */
@Timeout(120)
@ExtendWith(Browser.Extension.class)
class OperationsPageIT {
    private static final String HOSTILE = "<img src=x onerror=\"document.title='hurt'\">\u202etxt</script>";
    private static final String NARROW = "document.documentElement.scrollWidth <= innerWidth";

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
    void a_watch_is_added_with_what_is_wrong_at_its_field_then_polled_and_removed(Browser browser) throws IOException {
        browser.size(1280, 900);
        browser.expectError("status of 400");
        browser.open(api.url() + "/#/watches");
        browser.waitForText("main .empty", "Nothing is watched yet");

        browser.press("a");
        browser.waitFor("dialog.form");
        assertThat(browser.texts("dialog.form select[name=api] option")).containsExactly("acme-job", "acme-jobs");
        browser.write("[name=every]", "often");
        browser.click("dialog.form button[type=submit]");
        browser.waitForText("[id='field-parameters-id-error']", "required by acme-job");
        browser.waitForText("#field-every-error", "every:");
        assertThat(browser.script("return document.activeElement.name").asText())
                .as("the first that is wrong")
                .isEqualTo("parameters.id");
        browser.screenshot("watch-form");
        browser.write("[name='parameters.id']", "7");
        browser.write("[name=every]", "1m..2m");
        browser.write("[name=labels]", "team:red");
        browser.press(Browser.ENTER);

        browser.waitForText("#panel h2", "7");
        browser.waitForText("#panel .facts", "team: red");
        browser.waitForText("tbody tr", "acme-job");

        browser.click("[name=remove]");
        browser.waitForText("dialog.ask", "Remove this watch?");
        browser.press(Browser.ESCAPE);
        browser.waitUntil("!document.querySelector('dialog')");
        browser.click("[name=remove]");
        browser.click("dialog.ask [value=yes]");
        browser.waitForText("#toast", "removed");
        browser.waitForText("main .empty", "Nothing is watched yet");
        assertThat(api.watches.sources()).isEmpty();
    }

    @Test
    void a_watch_that_fails_says_why_as_text_and_shows_what_it_could_not_read(Browser browser) throws IOException {
        Watch watch = Served.list(HOSTILE);
        api.watches.replace("<b>p.yaml", List.of(watch));
        for (int i = 0; i < 2; i++) {
            api.watches.pollNow(watch.id());
            api.intake.failed(
                    api.due(watch),
                    PollFailure.malformed(HOSTILE, new ProviderReply(200, "text/html", HOSTILE.getBytes(UTF_8))));
        }
        api.takeIn(Served.job("1", JobState.RUNNING));
        browser.size(1280, 900);
        browser.open(api.url() + "/#/watches?health=MALFORMED");
        browser.waitForText("tbody tr", "onerror");
        assertThat(browser.count("tbody tr")).isOne();

        browser.press("j", Browser.ENTER);
        browser.waitForText("#panel .problem", "The last 2 polls failed");
        assertThat(browser.text("#panel .actions")).contains("It stands in <b>p.yaml; change or remove it there.");
        assertThat(browser.count("[name=remove]")).isZero();
        browser.click("[name=show-reply]");
        browser.waitForText("#panel pre", "<img src=x onerror=");
        assertThat(browser.count("main img, #panel img")).isZero();
        browser.screenshot("watch-detail");
        browser.click("[name=poll]");
        browser.waitForText("#toast", "It is polled now.");
        assertThat(api.due(watch).watch()).isEqualTo(watch);

        browser.press(Browser.ESCAPE);
        browser.waitUntil("document.getElementById('panel').hidden");
        browser.click("[name=malformed]");
        browser.waitForText("tbody", "all");
        browser.prefer("dark");
        browser.screenshot("watches-dark");
        browser.size(390, 844);
        browser.waitUntil(NARROW);
        browser.screenshot("watches-phone");
        assertThat(browser.script("return document.title").asText()).isEqualTo("Watches \u00b7 Jobrelay");
    }

    @Test
    void dead_deliveries_are_sent_again_one_by_one_selected_or_all(Browser browser) throws IOException {
        deliverInVain(6, HOSTILE);
        browser.size(1280, 900);
        browser.open(api.url() + "/#/destinations?status=DEAD");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 6");
        assertThat(browser.text("[data-destination=webhook]")).contains("Dead", "6");
        assertThat(browser.count("main img")).isZero();
        browser.screenshot("deliveries");

        browser.click("tbody tr:first-child [name=redeliver]");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 5");
        browser.press("j", "x", "j", "x");
        browser.waitForText("[name=redeliver-selected]", "Redeliver 2 selected");
        browser.click("[name=redeliver-selected]");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 3");
        browser.waitForText("#toast", "2 are delivered again");
        browser.size(390, 844);
        browser.waitUntil(NARROW);
        browser.screenshot("deliveries-phone");
        browser.click("[name=redeliver-webhook]");
        browser.waitForText("dialog", "Redeliver all 3 to webhook?");
        browser.click("dialog [value=yes]");

        browser.waitForText("main .empty", "No delivery is like that");
        assertThat(api.get("/api/summary")
                        .json()
                        .at("/deliveries/webhook/PENDING")
                        .asInt())
                .isEqualTo(6);
        browser.click("#glance [data-figure=pending]");
        browser.waitUntil("location.hash === '#/destinations?status=PENDING'");
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 6");
    }

    @Test
    void a_disabled_destination_says_why_and_is_enabled(Browser browser) throws IOException {
        Delivery gone = pending(2).get(0);
        api.disable(gone, "HTTP status 410");
        browser.prefer("dark");
        browser.size(1280, 900);
        browser.open(api.url() + "/#/destinations");
        browser.waitForText("[data-destination=webhook]", "Disabled");
        assertThat(browser.text("[data-destination=webhook] .error")).isEqualTo("HTTP status 410");
        browser.screenshot("destinations-dark");

        browser.click("[name=enable-webhook]");

        browser.waitForText("[data-destination=webhook]", "Takes deliveries");
        assertThat(browser.count("[name=enable-webhook]")).isZero();
    }

    @Test
    void the_flow_shows_where_it_is_stuck(Browser browser) throws IOException {
        api.takeIn(Served.job("1", JobState.RUNNING));
        api.flow = flow(0, 0, "Started");
        browser.size(1280, 900);
        browser.open(api.url() + "/#/flow");
        browser.waitForText(".attention", "Everything flows");
        api.flow = flow(2, 120, "Started");
        browser.waitForText("[data-node='providers acme-job']", "60/s");
        browser.waitUntil("document.querySelectorAll('.edges path.flows').length > 3");
        browser.screenshot("flow");

        Delivery gone = pending(2).get(0);
        api.disable(gone, "HTTP status 410");
        api.flow = flow(30, 120, "Stopped");

        browser.waitForText(".attention", "webhook: disabled: HTTP status 410");
        browser.waitForText(".attention", "acme-job: route acme-job is stopped");
        browser.waitForText("[data-node='router router'].troubled", "nothing goes through, and 4 wait");
        browser.waitUntil("document.querySelectorAll('.edges path.stuck').length > 1");
        browser.prefer("dark");
        browser.screenshot("flow-stuck-dark");
        browser.size(390, 1500);
        browser.waitUntil(NARROW);
        browser.screenshot("flow-phone");
        browser.click(".attention li:last-child a");
        browser.waitUntil("location.hash === '#/destinations?destination=webhook'");
    }

    @Test
    void the_flow_lists_the_nodes_where_there_are_several(Browser browser) throws IOException {
        browser.size(1280, 900);
        browser.open(api.url() + "/#/flow");
        browser.waitForText(".attention", "Everything flows");
        assertThat(browser.count(".nodes[hidden]")).isEqualTo(1);
        api.others = List.of(new Nodes.Entry("<b>two", "i", "test", Instant.now(), Instant.now(), false, 64, 3));

        browser.waitUntil("!document.querySelector('.nodes').hidden");
        assertThat(browser.texts(".nodes tbody th"))
                .hasSize(2)
                .last()
                .asString()
                .contains("<b>two");
        assertThat(browser.texts(".nodes tbody tr:last-child td")).startsWith("64", "3");
        browser.screenshot("flow-nodes");
    }

    @Test
    void every_view_shows_files_that_were_not_loaded(Browser browser) throws IOException {
        browser.size(1280, 900);
        browser.open(api.url() + "/#/flow");
        browser.waitFor(".board");
        browser.script("""
                const said = {generation: 7, time: "2026-11-22T10:00:00Z", pending: true, files: [
                  {file: "routes/router.camel.yaml", kind: "ROUTE", generation: 6, time: "2026-11-22T10:00:00Z", result: "LOADED", problems: []},
                  {file: "routes/<b>new.camel.yaml", kind: "ROUTE", generation: 7, time: "2026-11-22T10:00:00Z", result: "REFUSED",
                   problems: [{line: 12, message: arguments[0]}]}]};
                const ask = window.fetch;
                window.fetch = (where, options) => String(where).endsWith("api/reload") ? Promise.resolve(Response.json(said))
                  : String(where).endsWith("api/openapi.json") ? Promise.resolve(Response.json({paths: {"/api/reload": {}}}))
                  : ask(where, options);
                return import("/page/reload.js").then(({ reload }) => reload.start());
                """, HOSTILE);

        browser.waitForText(".files", "Generation 7");
        assertThat(browser.texts(".files code")).first().isEqualTo("routes/<b>new.camel.yaml");
        browser.waitForText(".files .problems", "routes/<b>new.camel.yaml:12 <img src=x");
        browser.screenshot("files");
        browser.press("1");
        browser.waitForText("main h2", "No jobs yet");
        browser.waitForText("#pending", "1 changed file is refused; what ran before runs on.");
        browser.click("#pending a");
        browser.waitUntil("location.hash === '#/flow?at=files'");
        browser.waitForText(".files", "Refused");
    }

    /** Deliveries for the webhook, which wait to be sent. */
    private List<Delivery> pending(int count) {
        for (int i = 0; i < count; i++) {
            api.takeIn(Served.job("p" + i, JobState.RUNNING));
        }
        api.routeTo("webhook");
        return api.pending("webhook", 100);
    }

    private void deliverInVain(int count, String error) {
        for (Delivery delivery : pending(count)) {
            api.bury(delivery, error);
        }
    }

    private static Flow flow(int seconds, long through, String provider) {
        Instant time = Instant.parse("2026-11-22T10:00:00Z").plusSeconds(seconds);
        boolean waits = seconds > 2;
        return new Flow(
                time,
                List.of(
                        route("poll", Stage.WATCH, "watches:due", "direct:${variable.api}", through, null, time),
                        state(
                                route(
                                        "acme-job",
                                        Stage.PROVIDER,
                                        "direct:acme-job",
                                        "http:provider",
                                        through,
                                        null,
                                        time),
                                provider),
                        route(
                                "acme-jobs",
                                Stage.PROVIDER,
                                "direct:acme-jobs",
                                "http:provider",
                                through / 60,
                                null,
                                time),
                        route("sign-request", Stage.PART, "direct:sign-request", null, through, null, time),
                        route(
                                "router",
                                Stage.ROUTER,
                                "outbox:changes",
                                "outbox:webhook",
                                through,
                                waits ? 4L : 0L,
                                time),
                        route(
                                "webhook",
                                Stage.DESTINATION,
                                "outbox:webhook",
                                "http:webhook",
                                through,
                                waits ? 2L : 0L,
                                time)));
    }

    private static RouteFlow route(
            String id,
            Stage stage,
            String from,
            @Nullable String to,
            long through,
            @Nullable Long waiting,
            Instant time) {
        return new RouteFlow(
                id,
                "Does its part.",
                "routes/" + id + ".camel.yaml",
                stage,
                "Started",
                from,
                to == null ? List.of() : List.of(to),
                through,
                0,
                0,
                waiting,
                waiting != null && waiting > 0 ? time.minusSeconds(60) : null,
                time,
                null);
    }

    private static RouteFlow state(RouteFlow route, String state) {
        return new RouteFlow(
                route.id(),
                route.description(),
                route.file(),
                route.stage(),
                state,
                route.from(),
                route.to(),
                route.exchanges(),
                0,
                1,
                null,
                null,
                route.lastExchangeTime(),
                null);
    }
}
