package io.jobrelay.camel.watches;

import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.camel.watches.Fingerprint.Hash;
import io.jobrelay.watch.ProviderApi;
import java.nio.charset.Charset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FingerprintTest {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            id                | {"id": "%s", "state": "RUNNING"}
            id                | {"state": "RUNNING", "id": "%s"}
            id                | {"state": "RUNNING", "id" : "%s" }
            id                | {"state": "RUNNING", "id": "\\"%s\\\\"}
            id                | {"state": "RUNNING", "id": {"of": ["%s", {"id": "%s"}]}, "end": 1}
            id                | {"中": "文", "id": "é%s", "state": "RUNNING"}
            time              | {"time": 17%s, "state": "RUNNING"}
            time              | {"state": "RUNNING", "time": 1.%se3}
            meta.time         | {"meta": {"time": "%s"}, "state": "RUNNING"}
            meta.time         | {"state": "RUNNING", "meta": {"page": {"time": 0}, "time": "%s"}}
            a.b.c             | {"a": {"b": {"c": "%s"}}}
            id, meta.time     | {"id": "%s", "meta": {"time": "%s"}, "state": "RUNNING"}
            id, meta.time     | {"meta": {"time": "%s"}, "state": "RUNNING", "id": "%s"}
            id, meta.time     | {"state": "RUNNING", "id": "%s"}
            """)
    void leaves_out_what_is_volatile(String members, String reply) {
        assertThat(of(members, reply.replace("%s", "123")))
                .isEqualTo(of(members, reply.replace("%s", "4567890")))
                .isNotEqualTo(of("", reply.replace("%s", "123")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            id                | {"ids": "%s"}
            id                | {"job": {"id": "%s"}}
            id                | [{"id": "%s"}]
            id                | {"id": 1, "state": "%s"}
            id                | {"state": "%s", "id": 1}
            meta.time         | {"time": "%s"}
            meta.time         | {"meta": "%s"}
            meta.time         | {"meta": {"times": "%s"}}
            meta.time         | {"meta": [{"time": "%s"}]}
            meta.time         | {"payload": {"meta": {"time": "%s"}}}
            meta.time         | {"meta": {"time": 1, "total": "%s"}}
            """)
    void counts_all_else(String members, String reply) {
        assertThat(of(members, reply.replace("%s", "one"))).isNotEqualTo(of(members, reply.replace("%s", "two")));
    }

    @Test
    void a_volatile_member_that_is_missing_is_another_reply() {
        assertThat(of("id", "{\"id\": 1, \"state\": 2}")).isNotEqualTo(of("id", "{\"state\": 2}"));
    }

    @Test
    void leaves_out_what_is_volatile_behind_a_byte_order_mark() {
        assertThat(of("id", "\ufeff{\"id\": \"a\", \"state\": 1}"))
                .isEqualTo(of("id", "\ufeff{\"id\": \"bc\", \"state\": 1}"));
        assertThat(of("id", "\ufeff{\"id\": \"a\", \"state\": 1}"))
                .isNotEqualTo(of("id", "\ufeff{\"id\": \"a\", \"state\": 2}"));
    }

    /** More than the parser looks at at once, before and after. */
    @Test
    void leaves_out_what_is_volatile_in_a_long_reply() {
        String reply = "{\"log\": \"%s\", \"meta\": {\"time\": \"%%s\"}, \"rest\": \"%s\"}"
                .formatted("long ".repeat(20_000), "longer".repeat(20_000));

        assertThat(of("meta.time", reply.formatted("a")))
                .isEqualTo(of("meta.time", reply.formatted("b".repeat(9_000))));
        assertThat(of("meta.time", reply.formatted("a"))).isNotEqualTo(of("meta.time", reply.formatted("a") + " "));
    }

    /** Nothing is left out of them: each that differs at all is read. */
    @Test
    void counts_every_byte_of_a_reply_in_utf_16() {
        for (Charset charset : List.of(UTF_16, UTF_16LE)) {
            byte[] one = "{\"id\": 1, \"state\": 1}".getBytes(charset);
            byte[] other = "{\"id\": 2, \"state\": 1}".getBytes(charset);
            byte[] third = "{\"id\": 1, \"state\": 2}".getBytes(charset);

            assertThat(of("id", one)).isEqualTo(of("id", one.clone())).isNotIn(of("id", other), of("id", third));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"id\": 1, \"state\": %s",
                "{\"id\": 1, \"state\": %s, nonsense",
                "{\"state\": %s, \"id\": \"",
                "{\"state\": %s, \"id\": {",
                "{\"id\": tru, \"state\": %s}",
                "<html>%s</html>",
                "\"%s\"",
                "%s"
            })
    void counts_what_is_not_json_or_breaks_off(String reply) {
        assertThat(of("id", reply.formatted("1")))
                .isEqualTo(of("id", reply.formatted("1")))
                .isNotEqualTo(of("id", reply.formatted("2")));
    }

    @Test
    void is_of_all_pages_in_their_order() {
        String one = "{\"id\": 1, \"page\": \"one\"}";
        String two = "{\"id\": 1, \"page\": \"two\"}";

        assertThat(of("id", one, two)).isEqualTo(of("id", one.replace("1", "3"), two.replace("1", "4")));
        assertThat(List.of(
                        of("id", one),
                        of("id", two),
                        of("id", one, two),
                        of("id", two, one),
                        of("id", one, one),
                        of("id", one, two, "{}"),
                        of("id")))
                .doesNotHaveDuplicates();
    }

    @Test
    void begins_anew() {
        Fingerprint fingerprint = new Fingerprint(List.of());
        assertThat(fingerprint.isEmpty()).isTrue();
        fingerprint.add(new byte[0]);
        assertThat(fingerprint.isEmpty()).as("an empty reply is one").isFalse();

        fingerprint.add("{}".getBytes(UTF_8));
        Hash first = fingerprint.hash();
        fingerprint.restart();
        assertThat(fingerprint.isEmpty()).isTrue();
        fingerprint.add("[]".getBytes(UTF_8));

        assertThat(fingerprint.hash()).isEqualTo(of("", "[]")).isNotEqualTo(first);
    }

    @Test
    void an_empty_reply_is_no_trouble() {
        assertThat(of("id", "")).isEqualTo(of("id", "")).isNotEqualTo(of("id", "{}"));
    }

    private static Hash of(String members, String... replies) {
        Fingerprint fingerprint = new Fingerprint(paths(members));
        for (String reply : replies) {
            fingerprint.add(reply.getBytes(UTF_8));
        }
        return fingerprint.hash();
    }

    private static Hash of(String members, byte[] reply) {
        Fingerprint fingerprint = new Fingerprint(paths(members));
        fingerprint.add(reply);
        return fingerprint.hash();
    }

    /** As a provider file writes them. */
    private static List<List<String>> paths(String members) {
        ProviderApi api = new ProviderApi();
        api.setVolatile(members);
        return api.getVolatileMembers();
    }
}
