package io.jobrelay.camel.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jobrelay.camel.config.ConfigSnapshot;
import io.jobrelay.camel.config.SnapshotSource;
import io.jobrelay.camel.config.Snapshots;
import io.jobrelay.docs.Documents;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.camel.CamelContext;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;

/** What {@code docs/configuration.md} gives as the default of a property holds where a route names the property, too. */
class PropertyDefaultsTest {
    private static final Path REFERENCE = Path.of("docs/configuration.md");

    private static final String ACCOUNT = """
            jobrelay.account.acme.endpoint=https://acme.example
            jobrelay.account.acme.signing=none
            """;

    private final ConfigSnapshot shipped = ConfigSnapshot.read();

    @Test
    void every_route_is_good_without_any_property() {
        assertThat(problems("")).isEmpty();
    }

    @Test
    void every_default_holds_in_routes() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        add(documented, "## Properties", "");
        add(documented, "## Accounts", "jobrelay.account.acme.");
        add(documented, "## Destinations", "jobrelay.destination.");
        assertThat(documented)
                .hasSizeGreaterThan(25)
                .containsEntry("jobrelay.poll.concurrency", "64")
                .containsEntry("jobrelay.account.acme.requests-per-second", "10")
                .containsEntry("jobrelay.destination.queue.queue", "jobrelay.changes");

        Map<String, String> seen = new TreeMap<>();
        for (String absent : List.of("", "=", "={{env:NO_SUCH_VARIABLE:}}", "={{no.such.key: }}")) {
            StringBuilder text = new StringBuilder(ACCOUNT);
            if (!absent.isEmpty()) {
                documented
                        .keySet()
                        .forEach(key -> text.append(key).append(absent).append('\n'));
            }
            try (DefaultCamelContext context = serving(text.toString())) {
                documented.keySet().forEach(key -> seen.put(key, resolve(context, key)));
            }
            assertThat(seen).as("given as '%s'", absent).isEqualTo(documented);
        }
    }

    private static void add(Map<String, String> documented, String section, String prefix) {
        Documents.raw(REFERENCE, section).stream()
                .filter(row -> row.get(1).matches("`[^`]+`"))
                .forEach(row -> documented.put(
                        prefix + row.get(0).replace("`", ""), row.get(1).replace("`", "")));
    }

    @Test
    void a_destination_that_waits_to_be_told_where_to_is_on_once_it_is() throws IOException {
        try (DefaultCamelContext context = serving("jobrelay.destination.amqp.url={{env:PATH}}\n")) {
            assertThat(resolve(context, "jobrelay.destination.amqp.enabled")).isEqualTo("true");
            assertThat(resolve(context, "jobrelay.destination.kafka.enabled")).isEqualTo("false");
            assertThat(resolve(context, "jobrelay.destination.webhook.enabled")).isEqualTo("false");
        }
    }

    @Test
    void a_value_that_is_given_wins_and_so_does_the_default_that_a_route_names_itself() throws IOException {
        try (DefaultCamelContext context = serving("jobrelay.poll.concurrency=3\n")) {
            assertThat(resolve(context, "jobrelay.poll.concurrency")).isEqualTo("3");
            assertThat(resolve(context, "jobrelay.poll.concurrency:7")).isEqualTo("3");
            assertThat(resolve(context, "jobrelay.poll.timeout:7s")).isEqualTo("7s");
        }
    }

    @Test
    void a_default_holds_again_when_the_property_is_taken_out_while_it_runs() throws IOException {
        String queue = "jobrelay.destination.queue.queue";
        SnapshotSource files = new SnapshotSource(properties(""));
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            files.serve(context);
            files.serve(properties(queue + "=mine\njobrelay.poll.concurrency=3\n"));
            assertThat(resolve(context, queue)).isEqualTo("mine");
            assertThat(resolve(context, "jobrelay.poll.concurrency"))
                    .as("waits for the next start")
                    .isEqualTo("64");
            files.serve(properties(""));
            assertThat(resolve(context, queue)).isEqualTo("jobrelay.changes");
        }
    }

    @Test
    void values_that_go_round_in_a_circle_are_refused() throws IOException {
        try (DefaultCamelContext context = serving("""
                jobrelay.poll.timeout={{jobrelay.delivery.timeout}}
                jobrelay.delivery.timeout={{jobrelay.poll.timeout}}
                """)) {
            assertThatThrownBy(() -> resolve(context, "jobrelay.poll.timeout"))
                    .hasMessageStartingWith("Circular reference detected");
        }
    }

    private DefaultCamelContext serving(String properties) {
        DefaultCamelContext context = new DefaultCamelContext();
        new SnapshotSource(properties(properties)).serve(context);
        return context;
    }

    private static String resolve(CamelContext context, String key) {
        return context.resolvePropertyPlaceholders("{{" + key + "}}");
    }

    private List<Problem> problems(String properties) {
        return DryRun.of(properties(properties), Set.of(), Map.of(), new Secrets(), Clock.systemUTC())
                .problems();
    }

    private ConfigSnapshot properties(String text) {
        return Snapshots.with(shipped, ConfigSnapshot.PROPERTIES, text);
    }
}
