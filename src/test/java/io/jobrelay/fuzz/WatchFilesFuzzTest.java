package io.jobrelay.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.job.Json;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Problem;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.WatchFile;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Watch files that are made up, and good ones that somebody has broken: watches and problems with lines, nothing else. */
class WatchFilesFuzzTest {
    private static final Duration LONGEST = Duration.ofSeconds(20);
    private static final int LONGEST_MESSAGE = 1_100;

    private static final String GOOD = """
            # Two jobs and a list.
            - api: acme-job
              account: &who acme
              parameters: { project_id: p, job_id: 17 }
              every: 5s..5m
              labels: { team: recsys, "cost centre": 4711 }
              progress: true
              stuckAfter: 2h

            - api: acme-jobs
              account: acme
              parameters:
                project_id: >-
                  p
                states: [A, b]
            """;

    private static final List<String> PIECES = List.of(
            "- ",
            "\n- ",
            "\n",
            "\n  ",
            "\t",
            ": ",
            ", ",
            "? ",
            "[",
            "]",
            "{",
            "}",
            "'",
            "\"",
            "#",
            "|\n",
            ">-\n",
            "\n---\n",
            "\n...\n",
            "%YAML 9.9\n",
            "&a ",
            "*a",
            "*a : ",
            "<<: *a",
            "!!int ",
            "!!float ",
            "!!binary ",
            "!!timestamp ",
            "!!java.net.URL ",
            "!<tag:x> ",
            "~",
            "null",
            "0x",
            "0b1",
            "0o8",
            "1_000",
            "_",
            "-",
            "+.inf",
            ".nan",
            "1e999999999",
            "-1e-999999999",
            "190:20:30",
            "9".repeat(2_000),
            "x".repeat(50_000),
            "[".repeat(2_000),
            "{a: ".repeat(2_000),
            "- ".repeat(2_000),
            "[".repeat(970) + "]".repeat(970),
            "\"\\ud800\"",
            "\"\\U0010ffff\"",
            "\"\\e[31m\\n\"",
            "\u0000",
            "\u0085",
            "\u2028",
            "\ufeff",
            "😀",
            "api",
            "acme-job",
            "account",
            "acme",
            "parameters",
            "project_id",
            "labels",
            "every",
            "5s..",
            "999999999d..999999999d",
            "progress",
            "stuckAfter");

    private static WatchFile reader = new WatchFile(new WatchReader(Map::of, Map::of, new Secrets()));
    private static Path file = Path.of("");

    @BeforeContainer
    static void open() throws IOException {
        file = Files.createTempFile("watches", ".yaml");
        Map<String, ProviderApi> apis = Map.of("acme-job", api("acme-job"), "acme-jobs", api("acme-jobs"));
        Account account =
                new Account("acme", URI.create("https://acme.example"), Signing.NONE, Map.of(), 10, null, false);
        reader = new WatchFile(new WatchReader(() -> apis, () -> Map.of("acme", account), new Secrets()));
        Files.writeString(file, GOOD);
        assertThat(reader.read(file).entries()).hasSize(2);
    }

    @AfterContainer
    static void close() throws IOException {
        Files.delete(file);
    }

    @Provide
    Arbitrary<List<String>> pieces() {
        return Arbitraries.of(PIECES).list().ofMinSize(1).ofMaxSize(30);
    }

    @Property(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void reads_what_is_made_up(@ForAll("pieces") List<String> pieces) throws IOException {
        hold(String.join("", pieces).getBytes(UTF_8));
    }

    @Property(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void reads_what_somebody_has_broken(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        StringBuilder text = new StringBuilder(GOOD);
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            int from = random.nextInt(text.length());
            int to = Math.min(text.length(), from + random.nextInt(12));
            text.replace(from, random.nextBoolean() ? from : to, PIECES.get(random.nextInt(PIECES.size())));
        }
        hold(text.toString().getBytes(UTF_8));
    }

    @Property(shrinking = ShrinkingMode.OFF)
    void reads_any_bytes(@ForAll byte[] bytes) throws IOException {
        hold(bytes);
    }

    private static void hold(byte[] bytes) throws IOException {
        Files.write(file, bytes);
        String text = new String(bytes, UTF_8);
        String what = text.length() < 2_000 ? text : text.substring(0, 2_000);
        WatchFile.Content content = assertTimeoutPreemptively(LONGEST, () -> reader.read(file), () -> what);

        for (Problem problem : content.problems()) {
            boolean read = !problem.message().startsWith("cannot be read: ");
            assertThat(problem.line()).as("line of %s in %s", problem, what).isBetween(read ? 1 : 0, 1_000_000);
            assertThat(problem.message()).as(what).isNotBlank().hasSizeLessThanOrEqualTo(LONGEST_MESSAGE);
        }
        assertThat(content.readable() || !content.problems().isEmpty()).as(what).isTrue();
        for (WatchFile.Entry entry : content.entries()) {
            assertThat(entry.watch().id()).as(what).hasSize(20);
            assertThat(Json.write(entry.watch())).as(what).isNotEmpty();
        }
    }

    private static ProviderApi api(String name) {
        ProviderApi api = new ProviderApi();
        api.setName(name);
        api.setRequired("project_id");
        api.setOptional("job_id, states");
        return api;
    }
}
