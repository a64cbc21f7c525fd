package io.jobrelay.docs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.jobrelay.delivery.WebhookSignature;
import io.jobrelay.job.Json;
import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The ways to verify a webhook that {@code docs/events.md} shows and names accept what Jobrelay signs, and nothing else. Java
 * is here always; Python, Node and Go where the machine has them ({@code .ci/run} installs the first two), and what is left out
 * says so.
 */
class VerificationSnippetsIT {
    private static final Path PAGE = Path.of("docs/events.md");
    private static final Path FILES = Path.of("docs/cookbook/verify");
    private static final String KEY = "whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0";
    private static final String OLDER_KEY = "whsec_b2xkZXIgYnV0IHN0aWxsIGdvb2QgZW5vdWdoIGZvciB1cw==";
    private static final String OTHER_KEY = "whsec_bm90IHRoZSBrZXkgdGhhdCBpdCB3YXMgc2lnbmVkIHdpdGg=";
    private static final String ID = "0b0e7c1e-5a52-4f8e-9b6a-3d0f6f1c8a11";
    private static final String BODY = "{\"data\": {\"job\": {\"name\": \"评估 – é\"}}}";

    @TempDir
    private Path directory;

    /** What a receiver has in its hands, and whether it may believe it. */
    private record Delivered(
            String secret, String id, String timestamp, String signatures, String body, boolean genuine) {}

    private static List<Delivered> deliveries() {
        Instant now = Instant.now();
        Delivered signed = delivered(List.of(KEY), now);
        Delivered rotating = delivered(List.of(KEY, OLDER_KEY), now);
        return List.of(
                signed,
                rotating,
                new Delivered(OLDER_KEY, ID, rotating.timestamp, rotating.signatures, BODY, true),
                new Delivered(OTHER_KEY, ID, signed.timestamp, signed.signatures, BODY, false),
                new Delivered(KEY, ID + "x", signed.timestamp, signed.signatures, BODY, false),
                new Delivered(KEY, ID, signed.timestamp, signed.signatures, BODY + " ", false),
                new Delivered(KEY, ID, signed.timestamp, "v1,", BODY, false),
                new Delivered(KEY, ID, signed.timestamp, "", BODY, false),
                refused(delivered(List.of(KEY), now.minus(Duration.ofMinutes(6)))),
                refused(delivered(List.of(KEY), now.plus(Duration.ofMinutes(6)))));
    }

    private static Delivered delivered(List<String> keys, Instant time) {
        Map<String, String> headers = new WebhookSignature(keys).headers(ID, time, BODY.getBytes(UTF_8));
        return new Delivered(KEY, ID, headers.get("webhook-timestamp"), headers.get("webhook-signature"), BODY, true);
    }

    private static Delivered refused(Delivered late) {
        return new Delivered(late.secret, late.id, late.timestamp, late.signatures, late.body, false);
    }

    private static List<Boolean> genuine(List<Delivered> deliveries) {
        return deliveries.stream().map(Delivered::genuine).toList();
    }

    @Test
    void java_believes_what_is_genuine() throws Exception {
        Path source = FILES.resolve("Verification.java");
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(null, null, null, "-d", directory.toString(), source.toString()))
                .isZero();
        List<Boolean> believed = new ArrayList<>();
        List<Delivered> deliveries = deliveries();
        try (URLClassLoader classes =
                new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
            Method verify = classes.loadClass("Verification")
                    .getMethod("verify", String.class, String.class, String.class, String.class, byte[].class);
            for (Delivered one : deliveries) {
                believed.add((Boolean) verify.invoke(
                        null, one.secret, one.id, one.timestamp, one.signatures, one.body.getBytes(UTF_8)));
            }
        }
        assertThat(believed).isEqualTo(genuine(deliveries));
    }

    @ParameterizedTest
    @CsvSource({"python, python3", "javascript, node", "go, go run"})
    void other_languages_believe_what_is_genuine(String language, String command) throws Exception {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        assumeTrue(
                onPath(words.get(0)),
                "left out: the %s of docs/events.md, since there is no %s".formatted(language, words.get(0)));
        List<Delivered> deliveries = deliveries();
        if (language.equals("go")) {
            words.add(Files.writeString(directory.resolve("main.go"), PROGRAMS.get(language))
                    .toString());
            words.add(Files.copy(FILES.resolve("verify.go"), directory.resolve("verify.go"))
                    .toString());
        } else {
            String verify = language.equals("python") ? snippet() : Files.readString(FILES.resolve("verify.js"));
            words.add(Files.writeString(directory.resolve("verify"), verify + PROGRAMS.get(language))
                    .toString());
        }
        Path input = Files.writeString(
                directory.resolve("deliveries"),
                deliveries.stream().map(Json::write).collect(joining("\n")) + "\n");
        Path output = directory.resolve("believed");
        Process process = new ProcessBuilder(words)
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(directory.resolve("errors").toFile())
                .start();
        try {
            assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(Files.readString(directory.resolve("errors"))).isEmpty();
        assertThat(Files.readAllLines(output).stream().map(Boolean::valueOf)).isEqualTo(genuine(deliveries));
    }

    /** After the function: a delivery a line in, true or false a line out. */
    private static final Map<String, String> PROGRAMS = Map.of(
            "python", """
                    import json, sys
                    for line in sys.stdin:
                        d = json.loads(line)
                        good = verify(d["secret"], d["id"], d["timestamp"], d["signatures"], d["body"].encode())
                        print("true" if good else "false")
                    """,
            "javascript", """
                    for (const line of require("node:fs").readFileSync(0, "utf8").trim().split("\\n")) {
                      const d = JSON.parse(line);
                      console.log(verify(d.secret, d.id, d.timestamp, d.signatures, Buffer.from(d.body)));
                    }
                    """,
            "go", """
                    package main

                    import (
                    	"bufio"
                    	"encoding/json"
                    	"fmt"
                    	"os"
                    )

                    func main() {
                    	lines := bufio.NewScanner(os.Stdin)
                    	for lines.Scan() {
                    		var d struct{ Secret, Id, Timestamp, Signatures, Body string }
                    		if err := json.Unmarshal(lines.Bytes(), &d); err != nil {
                    			panic(err)
                    		}
                    		fmt.Println(verify(d.Secret, d.Id, d.Timestamp, d.Signatures, []byte(d.Body)))
                    	}
                    }
                    """);

    /** The receiver of the cookbook verifies as the page says. */
    @Test
    void the_receiver_of_the_cookbook_has_the_snippet() throws IOException {
        String body = snippet();
        assertThat(Files.readString(Path.of("docs/cookbook/receiver.py")))
                .contains(body.substring(body.indexOf("def verify")));
    }

    private static String snippet() {
        return Documents.blocks(PAGE).stream()
                .filter(block -> block.language().equals("python"))
                .map(Documents.Block::text)
                .collect(joining());
    }

    private static boolean onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    }
}
