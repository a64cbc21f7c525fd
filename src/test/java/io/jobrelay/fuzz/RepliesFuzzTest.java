package io.jobrelay.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import io.jobrelay.camel.validation.DryRun;
import io.jobrelay.job.Change;
import io.jobrelay.job.Event;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.Json;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.provider.ProviderReply;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

/** Documented replies and errors of every API, changed at random, through the real routes and mappings. */
class RepliesFuzzTest {
    private static final Path SEEDS = Path.of("seeds");
    private static final Map<Path, Watch> watches = new HashMap<>();
    private static final List<Path> replies = new ArrayList<>();
    private static final List<Path> errors = new ArrayList<>();
    private static final JsonSchema schema = schema();
    private static @Nullable DryRun trial;

    @BeforeContainer
    static void open() throws IOException {
        trial = new DryRun(Clock.systemUTC());
        assertThat(trial.problems()).isEmpty();
        WatchFile reader = new WatchFile(trial.watchReader());
        try (Stream<Path> files = Files.walk(SEEDS)) {
            files.sorted().filter(file -> file.toString().endsWith(".json")).forEach(file -> {
                Path folder = file.getParent().getParent();
                watches.computeIfAbsent(
                        folder,
                        api -> reader.read(api.resolve("watch.yaml"))
                                .entries()
                                .get(0)
                                .watch());
                switch (file.getParent().getFileName().toString()) {
                    case "replies" -> replies.add(file);
                    case "errors" -> errors.add(file);
                    default -> {}
                }
            });
        }
        assertThat(replies).isNotEmpty();
        assertThat(errors).isNotEmpty();
    }

    @AfterContainer
    static void close() {
        requireNonNull(trial).close();
    }

    @Provide
    Arbitrary<Path> replies() {
        return Arbitraries.of(replies);
    }

    @Provide
    Arbitrary<Path> errors() {
        return Arbitraries.of(errors);
    }

    @Property(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void a_reply_becomes_valid_records_or_is_refused(@ForAll("replies") Path file, @ForAll long seed)
            throws IOException {
        byte[] body = new Mutations(seed).of(Files.readAllBytes(file));

        hold(file, 200, body);
    }

    @Property(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void an_error_is_a_failure_whatever_it_says(@ForAll("errors") Path file, @ForAll long seed) throws IOException {
        JsonNode error = Json.MAPPER.readTree(Files.readAllBytes(file));
        byte[] body = new Mutations(seed)
                .of((error.has("body")
                                ? error.get("body").toString()
                                : error.path("text").asText())
                        .getBytes(UTF_8));

        hold(file, error.path("status").asInt(), body);
    }

    /**
     * True if a reply is kept as it came: not of an API that has confidential members, nor of one that asks for each job of a
     * list again.
     */
    private static boolean keptWhole(Watch watch) {
        return requireNonNull(trial).watchReader().apis().stream()
                .anyMatch(api -> api.getName().equals(watch.api())
                        && api.getConfidentialMembers().isEmpty()
                        && api.getOf().isEmpty());
    }

    private static void hold(Path file, int status, byte[] body) throws IOException {
        String what = file + " as " + new String(body, UTF_8);
        Watch watch = requireNonNull(watches.get(file.getParent().getParent()));
        List<JobRecord> records;
        try {
            records = requireNonNull(trial).poll(watch, new ProviderReply(status, "application/json", body));
        } catch (PollFailedException e) {
            PollFailure failure = e.failure();
            assertThat(failure.message()).as(what).isNotBlank().hasSizeLessThan(600);
            if (failure.kind() == FailureKind.MALFORMED) {
                byte[] kept = requireNonNull(failure.reply()).body();
                if (keptWhole(watch)) {
                    assertThat(kept).as(what).isEqualTo(body);
                }
            }
            return;
        }
        assertThat(status).as(what).isBetween(200, 299);
        for (JobRecord record : records) {
            Change change = Change.between(null, record, false, false).orElseThrow();
            Event event = Event.of("id", "test", change, requireNonNull(record.observeTime()));
            JsonNode written = Json.MAPPER.readTree(event.bytes()).path("data").path("job");
            assertThat(schema.validate(written)).as(what).isEmpty();
            assertThat(Json.read(Json.write(change.job()), JobRecord.class).id())
                    .isEqualTo(record.id());
        }
    }

    private static JsonSchema schema() {
        try (InputStream text = RepliesFuzzTest.class.getResourceAsStream("/schema/job-record-v1.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(text);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
