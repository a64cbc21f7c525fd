package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobState;
import io.jobrelay.settings.Settings.HttpSettings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What all views share. */
@Timeout(120)
@ExtendWith(Browser.Extension.class)
class PageIT {
    private static final Path FILES = Path.of("src/main/resources/page");
    private static final String TOKEN = "a-token-of-enough-characters";

    @TempDir
    private Path directory;

    private @Nullable Served served;

    /** Served until the console has been looked into. */
    private Served serve(HttpSettings settings) {
        served = Served.at(directory, settings);
        return served;
    }

    private Served serve() {
        return serve(new HttpSettings(true, "127.0.0.1", 0, null, List.of()));
    }

    @AfterEach
    void stops() {
        if (served != null) {
            served.close();
        }
    }

    @Test
    void every_file_is_served_without_a_token_and_only_when_it_is_another() throws Exception {
        try (Served api = Served.start(directory, TOKEN);
                Stream<Path> files = Files.list(FILES)) {
            List<String> paths =
                    files.map(file -> "/page/" + file.getFileName()).toList();
            assertThat(paths).hasSizeGreaterThan(10);
            for (String path : Stream.concat(Stream.of("/"), paths.stream()).toList()) {
                HttpResponse<String> file = fetch(api.url() + path, "");
                assertThat(file.statusCode()).as(path).isEqualTo(200);
                assertThat(file.headers().firstValue("Cache-Control")).contains("no-cache");
                String tag = file.headers().firstValue("ETag").orElseThrow();
                HttpResponse<String> unchanged = fetch(api.url() + path, tag);
                assertThat(unchanged.statusCode()).isEqualTo(304);
                assertThat(unchanged.headers().firstValue("Cache-Control")).contains("no-cache");
            }
            for (String none : List.of("/page/nothing.js", "/page/..%2Fhttp%2Fopenapi.yaml", "/page/", "/page/a.exe")) {
                assertThat(fetch(api.url() + none, "").statusCode()).as(none).isEqualTo(404);
            }
        }
    }

    private static HttpResponse<String> fetch(String url, String tag) throws IOException, InterruptedException {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url))
                                .header("If-None-Match", tag)
                                .build(),
                        BodyHandlers.ofString());
    }

    @Test
    void nothing_is_read_as_html_and_nothing_comes_from_elsewhere() throws IOException {
        try (Stream<Path> files = Files.list(FILES)) {
            for (Path file : files.toList()) {
                String text = Files.readString(file);
                assertThat(text)
                        .as(file.toString())
                        .doesNotContain(
                                "innerHTML",
                                "outerHTML",
                                "insertAdjacentHTML",
                                "createContextualFragment",
                                "parseFromString",
                                "srcdoc",
                                "document.write",
                                "eval(",
                                "new Function",
                                "setAttribute(\"style\"",
                                "style=",
                                "<script>");
                if (!file.toString().endsWith(".svg")) {
                    assertThat(text.replace("http://www.w3.org/2000/svg", ""))
                            .as(file.toString())
                            .doesNotContainPattern("https?://");
                }
                assertThat(text.getBytes(UTF_8).length).isLessThan(40_000);
            }
        }
    }

    @Test
    void asks_for_the_token_until_it_is_the_right_one(Browser browser) {
        browser.expectError("401");
        Served api = serve(new HttpSettings(true, "127.0.0.1", 0, TOKEN, List.of()));
        api.takeIn(Served.job("1", JobState.RUNNING));
        browser.open(api.url() + "/");
        browser.write("#token", "not this one");
        browser.press(Browser.ENTER);
        browser.waitForText(".sign-in", "refused");
        browser.press(Browser.ESCAPE);
        browser.write("#token", TOKEN);
        browser.click(".sign-in button");

        browser.waitForText("tbody tr", "Running");
        browser.waitForText("#connection", "live");
        browser.reload();
        browser.waitForText("tbody tr", "Running");
        assertThat(browser.count("dialog")).isZero();
        assertThat(browser.address()).doesNotContain(TOKEN);
    }

    @Test
    void goes_on_where_it_was_when_jobrelay_comes_back(Browser browser) {
        browser.expectError("ERR_CONNECTION_REFUSED");
        browser.expectError("ERR_INCOMPLETE_CHUNKED_ENCODING");
        browser.expectError("ERR_CONNECTION_RESET");
        browser.expectError("ERR_EMPTY_RESPONSE");
        int port;
        try (Served first = Served.start(directory)) {
            port = URI.create(first.url()).getPort();
            first.takeIn(Served.job("1", JobState.RUNNING));
            browser.open(first.url() + "/");
            browser.waitForText("tbody tr", "Running");
        }
        browser.waitForText("#connection", "reconnecting");

        Served api = serve(new HttpSettings(true, "127.0.0.1", port, null, List.of()));
        api.takeIn(Served.job("1", JobState.FAILED));
        browser.waitForText("#connection", "live");
        browser.waitForText("tbody tr", "Failed");
        api.takeIn(Served.job("1", JobState.SUCCEEDED));
        browser.waitForText("tbody tr", "Succeeded");
    }

    @Test
    void a_page_that_is_left_gives_its_connection_back(Browser browser) {
        Served api = serve();
        api.takeIn(Served.job("1", JobState.RUNNING));
        for (int visit = 0; visit < 8; visit++) {
            browser.open("about:blank");
            browser.open(api.url() + "/");
            browser.waitForText("tbody tr", "Running");
        }
    }

    /** What providers may write, or somebody may write to them. */
    @ParameterizedTest
    @ValueSource(ints = {390, 1280})
    void the_worst_text_is_text(int width, Browser browser) throws IOException {
        String attack = "<img src=x onerror=\"window.hacked=1\"></script><script>window.hacked=2</script>&lt;b&gt;";
        Served api = serve();
        api.takeIn(
                Served.job(
                        "attack" + "%3Cimg%20src=x%20onerror=window.hacked=3%3E",
                        JobState.FAILED, job -> {
                            job.put("name", attack)
                                    .put("message", attack)
                                    .put("reason", "X<b>")
                                    .put("type", attack);
                            job.put("providerState", attack).put("description", attack);
                            job.putObject("labels").put("<img src=x onerror=window.hacked=4>", attack);
                            job.putObject("error")
                                    .put("code", attack)
                                    .put("message", attack)
                                    .put("detailsUrl", "javascript:window.hacked=5");
                            job.putArray("logs").add(attack);
                            job.putObject("raw").put("</pre><img src=x onerror=window.hacked=6>", attack);
                        }),
                Served.job(
                        "long",
                        JobState.RUNNING,
                        job -> job.put("name", "W".repeat(10_000)).put("message", "very\nlong\r\n".repeat(2_000))),
                Served.job("turned", JobState.QUEUED, job -> job.put("name", "\u202Eevil\u202D \u2067\u200Bexe.nod")),
                Served.job("unseen", JobState.PAUSED, job -> job.put("name", "\u200B\u2060\uFEFF \u00AD")),
                Served.job(
                        "marks",
                        JobState.UNKNOWN,
                        job -> job.put("name", "\uD83D\uDE80 Z\u0363\u0364\u0365alg\u0366o \u0627\u0644\u0639")));
        browser.size(width, 800);
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "<img src=x");
        browser.waitForText("tbody tr td.job", "unseen");
        for (String view : List.of("jobs", "timeline")) {
            browser.open(api.url() + "/#/" + view + "?state=FAILED&state=RUNNING&state=QUEUED");
            browser.waitForText(".row-link", "evil");
            assertFits(browser, width);
        }
        assertThat(browser.script(
                                "return Math.max(...[...document.querySelectorAll('.row-link')].map((one) => one.getBoundingClientRect().height))")
                        .asInt())
                .isLessThan(80);

        for (String job : List.of("attack%253Cimg%2520src%3Dx%2520onerror%3Dwindow.hacked%3D3%253E", "long")) {
            browser.open(api.url() + "/#/jobs?job=acme-jobs%2Facme%2F" + job);
            browser.waitFor("#panel .history");
            browser.script("document.querySelectorAll('details').forEach((one) => (one.open = true))");
            assertFits(browser, width);
        }
        browser.open(api.url()
                + "/#/jobs?job=acme-jobs%2Facme%2Fattack%253Cimg%2520src%3Dx%2520onerror%3Dwindow.hacked%3D3%253E");
        browser.waitForText("#panel .problem", "javascript:");
        assertThat(browser.count("main img, #panel img, main script, #panel script, .problem a"))
                .isZero();
        assertThat(browser.script("return window.hacked ?? null").isNull()).isTrue();
        browser.screenshot("worst-" + width);
    }

    private static void assertFits(Browser browser, int width) {
        assertThat(browser.script("return document.documentElement.scrollWidth").asInt())
                .isLessThanOrEqualTo(width);
        assertThat(browser.script(
                                "const panel = document.getElementById('panel'); return panel.scrollWidth - panel.clientWidth")
                        .asInt())
                .isZero();
    }

    @Test
    void can_be_used_with_keys_alone(Browser browser) {
        Served api = serve();
        api.takeIn(Served.job("one", JobState.RUNNING), Served.job("two", JobState.FAILED));
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "Running");

        browser.press(Browser.TAB, Browser.ENTER);
        assertThat(browser.script("return document.activeElement.id").asText()).isEqualTo("main");
        browser.press("?");
        browser.waitForText("dialog.keys", "next row");
        browser.press(Browser.ESCAPE);
        browser.waitUntil("!document.querySelector('dialog')");
        browser.press("/", "t", "w", "o", Browser.ENTER);
        browser.waitUntil("document.querySelectorAll('tbody tr').length === 1");
        browser.press(Browser.ESCAPE, "j", Browser.ENTER);
        browser.waitForText("#panel h2", "two");
        browser.press(Browser.TAB);
        assertThat(browser.script("return document.getElementById('panel').contains(document.activeElement)")
                        .asBoolean())
                .isTrue();
        browser.press(Browser.ESCAPE, "2");
        browser.waitForText("[aria-current=page]", "Timeline");
        // Wherever the focus goes, it can be seen, and it goes to what the eye reads next.
        for (int step = 0; step < 12; step++) {
            browser.press(Browser.TAB);
            assertThat(browser.script("""
                        const one = document.activeElement;
                        const style = getComputedStyle(one);
                        return one === document.body || style.outlineStyle !== 'none'""").asBoolean()).as("focus " + step).isTrue();
        }
    }

    @Test
    void is_dark_or_light_as_the_system_has_it_or_as_one_chooses(Browser browser) throws IOException {
        Served api = serve();
        api.takeIn(Served.job("1", JobState.RUNNING));
        browser.prefer("dark");
        browser.open(api.url() + "/");
        browser.waitForText("tbody tr", "Running");
        assertThat(brightness(browser)).isLessThan(60);
        browser.screenshot("dark");
        browser.click("#theme");
        assertThat(browser.text("#theme")).isEqualTo("Light");
        assertThat(brightness(browser)).isGreaterThan(200);
        browser.reload();
        browser.waitForText("tbody tr", "Running");
        assertThat(brightness(browser)).as("remembered").isGreaterThan(200);
        browser.click("#theme");
        browser.prefer("light");
        assertThat(brightness(browser)).as("dark though the system is light").isLessThan(60);
    }

    private static int brightness(Browser browser) {
        return browser.script("return Number(getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0])")
                .asInt();
    }

    @ParameterizedTest
    @ValueSource(strings = {"light", "dark"})
    void every_colour_of_a_text_can_be_read_on_every_ground(String scheme, Browser browser) {
        Served api = serve();
        browser.prefer(scheme);
        browser.open(api.url() + "/");
        browser.waitFor(".welcome");
        assertThat(browser.script("""
                    const probe = document.createElement('i');
                    document.body.append(probe);
                    const light = (name) => {
                      probe.style.color = 'var(--' + name + ')';
                      const parts = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map((part) => part / 255);
                      const [r, g, b] = parts.map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
                      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
                    };
                    const contrast = (one, other) => {
                      const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
                      return (high + 0.05) / (low + 0.05);
                    };
                    const inks = ['ink', 'ink-soft', 'ink-faint', 'accent', 'waiting', 'running', 'good', 'partly', 'bad', 'cancelled', 'unknown'];
                    const grounds = ['ground', 'surface', 'raised', 'hover', 'accent-soft'];
                    const weak = [];
                    for (const ink of inks) {
                      for (const ground of grounds) {
                        if (contrast(ink, ground) < 4.5) {
                          weak.push(ink + ' on ' + ground + ' ' + contrast(ink, ground).toFixed(2));
                        }
                      }
                    }
                    if (contrast('accent-ink', 'accent') < 4.5) {
                      weak.push('accent-ink on accent');
                    }
                    return weak""")).isEmpty();
    }
}
