package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A real browser, one for all tests of the page: headless Chromium or Chrome through its driver, spoken to in
 * <a href="https://www.w3.org/TR/webdriver2/">WebDriver</a>. A test that leaves an error in the console, and so one that
 * breaks the content security policy, fails. What is looked for may take a while to appear.
 */
final class Browser implements AutoCloseable {
    static final String ENTER = "\uE007";
    static final String ESCAPE = "\uE00C";
    static final String TAB = "\uE004";
    static final String DOWN = "\uE015";

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Pattern STARTED = Pattern.compile("started successfully on port (\\d+)");
    private static final Path SCREENSHOTS = Path.of("target", "screenshots");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Process driver;
    private final Path profile;
    private final URI session;
    private final List<String> expected = new ArrayList<>();

    private Browser() throws IOException {
        String chromium = program("google-chrome", "chromium");
        driver = new ProcessBuilder(program("chromedriver"), "--port=0")
                .redirectErrorStream(true)
                .start();
        URI server = URI.create("http://127.0.0.1:" + port(driver));
        profile = Files.createTempDirectory("jobrelay-browser");
        List<String> arguments = List.of(
                "--headless",
                // Root may not have its sandbox, nor anybody where the system restricts user namespaces. It opens our
                // page only.
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--user-data-dir=" + profile);
        Map<String, Object> wanted = Map.of(
                "goog:chromeOptions",
                Map.of("binary", chromium, "args", arguments),
                "goog:loggingPrefs",
                Map.of("browser", "ALL"));
        JsonNode begun =
                send(server.resolve("/session"), "POST", Map.of("capabilities", Map.of("alwaysMatch", wanted)));
        session = server.resolve("/session/" + begun.path("sessionId").asText());
    }

    /** The first of these that is in the {@code PATH}. */
    private static String program(String... names) {
        return Stream.of(names)
                .flatMap(name -> Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                        .map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new AssertionError(String.join(" or ", names)
                        + ": must be in the PATH for tests of the page; apt-get install chromium chromium-driver"))
                .toString();
    }

    private static int port(Process driver) throws IOException {
        BufferedReader said = new BufferedReader(new InputStreamReader(driver.getInputStream(), UTF_8));
        for (String line = said.readLine(); line != null; line = said.readLine()) {
            Matcher started = STARTED.matcher(line);
            if (started.find()) {
                return Integer.parseInt(started.group(1));
            }
        }
        throw new AssertionError("chromedriver did not start");
    }

    /** Gives tests the browser, and looks into its console after each. */
    static final class Extension implements ParameterResolver, AfterTestExecutionCallback {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
            return parameter.getParameter().getType() == Browser.class;
        }

        @Override
        public Browser resolveParameter(ParameterContext parameter, ExtensionContext context) {
            return browser(context);
        }

        @Override
        public void afterTestExecution(ExtensionContext context) {
            browser(context).endTest();
        }

        private static Browser browser(ExtensionContext context) {
            return context.getRoot()
                    .getStore(ExtensionContext.Namespace.GLOBAL)
                    .getOrComputeIfAbsent(Browser.class, type -> start(), Browser.class);
        }

        private static Browser start() {
            try {
                return new Browser();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private void endTest() {
        List<String> errors = new ArrayList<>();
        for (JsonNode entry : call("POST", "se/log", Map.of("type", "browser"))) {
            String message = entry.path("message").asText();
            if (entry.path("level").asText().equals("SEVERE")
                    && expected.stream().noneMatch(message::contains)) {
                errors.add(message);
            }
        }
        expected.clear();
        devTools("Emulation.setEmulatedMedia", Map.of("features", List.of()));
        devTools("Emulation.clearDeviceMetricsOverride", Map.of());
        call("POST", "url", Map.of("url", "about:blank"));
        assertThat(errors).as("errors in the console").isEmpty();
    }

    /** An error in the console that holds this text is part of the test. */
    void expectError(String text) {
        expected.add(text);
    }

    void open(String url) {
        call("POST", "url", Map.of("url", url));
    }

    void reload() {
        call("POST", "refresh", Map.of());
    }

    void back() {
        call("POST", "back", Map.of());
    }

    String address() {
        return call("GET", "url", null).asText();
    }

    /** What the function with this body returns. */
    JsonNode script(String body, Object... arguments) {
        return call("POST", "execute/sync", Map.of("script", body, "args", List.of(arguments)));
    }

    /** Waits until the expression is true. */
    void waitUntil(String expression) {
        await(expression)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(25))
                .until(() -> script("return Boolean(" + expression + ")").asBoolean());
    }

    void waitFor(String selector) {
        waitUntil("document.querySelector(" + Json.write(selector) + ")?.checkVisibility()");
    }

    void waitForText(String selector, String text) {
        waitUntil("[...document.querySelectorAll(" + Json.write(selector) + ")].some((one) => one.innerText.includes("
                + Json.write(text) + "))");
    }

    int count(String selector) {
        return script("return document.querySelectorAll(arguments[0]).length", selector)
                .asInt();
    }

    String text(String selector) {
        waitFor(selector);
        return script("return document.querySelector(arguments[0]).innerText", selector)
                .asText();
    }

    List<String> texts(String selector) {
        List<String> texts = new ArrayList<>();
        script("return [...document.querySelectorAll(arguments[0])].map((one) => one.innerText)", selector)
                .forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** Clicks as a person does: what is hidden or covered cannot be. What is just being replaced is looked for again. */
    void click(String selector) {
        await(selector).atMost(PATIENCE).until(() -> {
            waitFor(selector);
            try {
                call("POST", "element/" + element(selector) + "/click", Map.of());
                return true;
            } catch (AssertionError e) {
                if (String.valueOf(e.getMessage()).contains("stale element")) {
                    return false;
                }
                throw e;
            }
        });
    }

    /** Writes into an input. */
    void write(String selector, String text) {
        waitFor(selector);
        call("POST", "element/" + element(selector) + "/clear", Map.of());
        call("POST", "element/" + element(selector) + "/value", Map.of("text", text));
    }

    /** Presses keys, one after the other, wherever the focus is. */
    void press(String... keys) {
        List<Map<String, String>> steps = Arrays.stream(keys)
                .flatMap(key ->
                        Stream.of(Map.of("type", "keyDown", "value", key), Map.of("type", "keyUp", "value", key)))
                .toList();
        call("POST", "actions", Map.of("actions", List.of(Map.of("type", "key", "id", "keys", "actions", steps))));
    }

    private String element(String selector) {
        JsonNode found = call("POST", "element", Map.of("using", "css selector", "value", selector));
        return found.elements().next().asText();
    }

    /** The size of what the page is shown in. */
    void size(int width, int height) {
        devTools(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** What the system prefers: {@code dark} or {@code light}. */
    void prefer(String scheme) {
        devTools(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    void devTools(String command, Map<String, Object> parameters) {
        call("POST", "goog/cdp/execute", Map.of("cmd", command, "params", parameters));
    }

    /** For people to look at. */
    void screenshot(String name) throws IOException {
        Files.createDirectories(SCREENSHOTS);
        byte[] picture =
                Base64.getDecoder().decode(call("GET", "screenshot", null).asText());
        Files.write(SCREENSHOTS.resolve(name + ".png"), picture);
    }

    private JsonNode call(String method, String command, @Nullable Object body) {
        return send(URI.create(command.isEmpty() ? session.toString() : session + "/" + command), method, body);
    }

    private JsonNode send(URI where, String method, @Nullable Object body) {
        HttpRequest request = HttpRequest.newBuilder(where)
                .timeout(Duration.ofSeconds(60))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)))
                .build();
        try {
            HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
            JsonNode value = Json.MAPPER.readTree(response.body()).path("value");
            if (response.statusCode() != 200) {
                throw new AssertionError(
                        where + " " + body + ": " + value.path("message").asText());
            }
            return value;
        } catch (IOException e) {
            throw new AssertionError(where.toString(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            call("DELETE", "", null);
        } finally {
            // Whatever the driver says, no browser stays behind.
            driver.descendants().forEach(ProcessHandle::destroy);
            driver.destroy();
        }
        try (Stream<Path> files = Files.walk(profile)) {
            files.sorted((one, other) -> other.compareTo(one)).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
