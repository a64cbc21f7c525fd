package io.jobrelay.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.FreePort;
import io.jobrelay.testbed.Installation;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Nothing goes wrong in silence: each of the {@link Mistakes} is made in a working installation, while a Jobrelay runs in it,
 * and named by {@code check}, by what runs, and by the exit status of {@code status}. One process makes all of them.
 */
class BrokenInstallationIT {
    private static final List<Mistakes.Group> GROUPS = Mistakes.all();

    @TempDir
    private static Path directory;

    @TempDir
    private static Path output;

    private static final List<JsonNode> said = new ArrayList<>();

    @BeforeAll
    static void make_all_of_them() throws IOException, InterruptedException {
        int port = FreePort.next();
        Installation installation = new Installation(directory)
                .copy("seeds/huawei-res-job")
                .copy("seeds/huawei-octopus-system-jobs")
                .set("jobrelay.reload.every", "50ms")
                .set("jobrelay.http.port", String.valueOf(port))
                .set("jobrelay.account.huawei.endpoint", "http://127.0.0.1:1")
                .set("jobrelay.account.huawei.access-key", "the-access-key-of-this-account")
                .set("jobrelay.account.huawei.secret-key", "a-secret-key-of-this-account")
                .set("jobrelay.account.otc.signing", "keystone-token")
                .write(Mistakes.WATCH, """
                        - api: huawei-res-job
                          account: huawei
                          parameters: { project_id: p, job_id: good }
                          every: 1h
                        """);
        installation.command();
        Path out = output.resolve("out");
        Path log = output.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Dlogback.configurationFile="
                                + Path.of("src/main/resources/logback.xml").toAbsolutePath(),
                        "-cp",
                        Stream.of(System.getProperty("java.class.path").split(":"))
                                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                                .collect(joining(":")),
                        Child.class.getName(),
                        String.valueOf(port),
                        log.toString())
                .directory(directory.toFile())
                .redirectOutput(out.toFile())
                .redirectError(Redirect.to(log.toFile()))
                .start();
        try {
            assertThat(process.waitFor(10, TimeUnit.MINUTES)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        for (String line : Files.readAllLines(out)) {
            said.add(Json.MAPPER.readTree(line));
        }
        assertThat(said).as(() -> lastLines(log)).hasSize(GROUPS.size() + 1);
    }

    private static String lastLines(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void there_are_many_and_without_them_nothing_is_said() {
        assertThat(GROUPS.stream().mapToInt(group -> group.mistakes().size()).sum())
                .isGreaterThan(60);
        JsonNode working = said.get(said.size() - 1);
        assertThat(working.path("exit").asInt()).as(working::toString).isZero();
        assertThat(working.path("check")).as(working::toString).hasSize(1); // 0 problems
    }

    static Stream<Arguments> mistakes() {
        return IntStream.range(0, GROUPS.size())
                .boxed()
                .flatMap(group -> GROUPS.get(group).mistakes().stream().map(mistake -> Arguments.of(mistake, group)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void is_named(Mistakes.Mistake mistake, int group) {
        JsonNode answer = said.get(group);
        List<String> check = new ArrayList<>();
        answer.path("check").forEach(line -> check.add(line.asText()));

        assertThat(mistake.namedBy(check))
                .as(() -> "check says " + String.join("\n", check))
                .isTrue();
        assertThat(answer.path("exit").asInt()).isEqualTo(mistake.warning() ? ExitStatus.OK : ExitStatus.FAILED);
        assertThat(Child.says(answer.path("running").asText(), mistake.running()))
                .as(() -> "what runs says " + answer.path("running").asText())
                .isTrue();
        if (!mistake.running().isEmpty() && !mistake.warning()) {
            assertThat(answer.path("status").asInt()).isEqualTo(ExitStatus.FAILED);
        }
    }

    /** Runs Jobrelay in its working directory, makes one group of mistakes after the other, and prints what is said of each. */
    static final class Child {
        private final HttpClient client = HttpClient.newHttpClient();
        private final String url;
        private final Path log;

        private Child(String url, Path log) {
            this.url = url;
            this.log = log;
        }

        public static void main(String[] arguments) {
            try {
                makeAll(arguments);
                System.exit(0);
            } catch (IOException | RuntimeException e) {
                e.printStackTrace();
                Runtime.getRuntime().halt(1); // what runs is not asked to stop
            }
        }

        private static void makeAll(String[] arguments) throws IOException {
            Thread run = new Thread(() -> Jobrelay.commandLine().execute("run"), "run");
            run.setDaemon(true);
            run.start();
            Child child = new Child("http://127.0.0.1:" + arguments[0], Path.of(arguments[1]));
            child.await(() -> child.report().contains(Mistakes.WATCH + " LOADED"));
            for (Mistakes.Group group : Mistakes.all()) {
                child.make(group);
            }
            child.say(CommandRun.of(Map.of(), "check"), "", 0);
        }

        private void make(Mistakes.Group group) throws IOException {
            Map<String, @Nullable String> before = new HashMap<>();
            Set<Path> made = new TreeSet<>();
            for (Mistakes.Edit edit : group.edits()) {
                Path file = Path.of(edit.file());
                if (file.getParent() != null && !Files.exists(file.getParent())) {
                    made.add(file.getParent());
                }
                before.putIfAbsent(edit.file(), Files.exists(file) ? Files.readString(file) : null);
            }
            int logged = Files.readString(log).length();
            group.edits().forEach(Mistakes.Edit::apply);
            CommandRun check = CommandRun.of(Map.of(), "check");
            await(() ->
                    group.mistakes().stream().allMatch(mistake -> says(report() + logged(logged), mistake.running())));
            String running = report() + logged(logged);
            say(check, running, CommandRun.of(Map.of(), "status", "--url", url).status());
            before.forEach((file, text) -> new Mistakes.Edit(file, now -> text).apply());
            for (Path directory : made) {
                Files.delete(directory);
            }
            await(() -> !report().contains(" REFUSED") && !report().contains(": "));
        }

        private void say(CommandRun check, String running, int status) {
            System.out.println(Json.write(Map.of(
                    "exit",
                    check.status(),
                    "check",
                    (check.out() + check.err()).lines().toList(),
                    "running",
                    running,
                    "status",
                    status)));
        }

        /** True if the parts, separated by {@code …}, stand in a line of the text, in their order. */
        static boolean says(String text, String parts) {
            return new Mistakes.Mistake("", parts, false, "")
                            .namedBy(text.lines().toList())
                    || parts.isEmpty();
        }

        /** A line for each file that runs, or does not: its name, what became of it, and why. */
        private String report() {
            try {
                HttpRequest request =
                        HttpRequest.newBuilder(URI.create(url + "/api/reload")).build();
                StringBuilder report = new StringBuilder();
                for (JsonNode file : Json.MAPPER
                        .readTree(client.send(request, BodyHandlers.ofString()).body())
                        .path("files")) {
                    report.append(file.path("file").asText())
                            .append(' ')
                            .append(file.path("result").asText());
                    file.path("problems")
                            .forEach(problem -> report.append(" : ")
                                    .append(problem.path("message").asText()));
                    report.append('\n');
                }
                return report.toString();
            } catch (IOException e) {
                return "";
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        private String logged(int from) {
            try {
                return Files.readString(log).substring(from);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        /** Waits, but not for ever: what is then not said is missed by the test. */
        private void await(BooleanSupplier condition) {
            long end = System.nanoTime() + Duration.ofSeconds(10).toNanos();
            while (!condition.getAsBoolean() && System.nanoTime() < end) {
                LockSupport.parkNanos(20_000_000);
            }
        }
    }
}
