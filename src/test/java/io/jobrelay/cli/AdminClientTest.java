package io.jobrelay.cli;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.jobrelay.testbed.StubServer;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Against replies that a Jobrelay would not give. */
class AdminClientTest {
    @RegisterExtension
    static final StubServer server = new StubServer();

    private final URI url = URI.create(server.baseUrl() + "/");

    private static void answer(ResponseDefinitionBuilder... replies) {
        server.play(() -> any(anyUrl()), replies);
    }

    private static List<String> asked() {
        return server.findAll(anyRequestedFor(anyUrl())).stream()
                .map(request ->
                        "%s %s %s".formatted(request.getMethod(), request.getUrl(), request.getHeader("Authorization")))
                .toList();
    }

    @Test
    void follows_the_cursor_up_to_the_limit() {
        answer(okJson("{\"jobs\": [1, 2], \"next\": \"a b\"}"), okJson("{\"jobs\": [3], \"next\": \"c\"}"));

        AdminClient.Listing jobs = new AdminClient(url, null)
                .list("/api/jobs", Map.of("state", List.of(1, 2), "label", "a:b&c"), "jobs", 3);

        assertThat(jobs.items()).hasToString("[1, 2, 3]");
        assertThat(jobs.more()).isTrue();
        assertThat(asked())
                .containsExactly(
                        "GET /api/jobs?label=a%3Ab%26c&limit=3&state=1&state=2 null",
                        "GET /api/jobs?cursor=a%20b&label=a%3Ab%26c&limit=1&state=1&state=2 null");
    }

    @Test
    void ends_with_the_last_page() {
        answer(okJson("{\"jobs\": [1]}"));

        assertThat(new AdminClient(url, null)
                        .list("/api/jobs", Map.of(), "jobs", 5_000)
                        .more())
                .isFalse();
        assertThat(asked()).containsExactly("GET /api/jobs?limit=1000 null");
    }

    @Test
    void waits_where_it_is_asked_to() {
        answer(
                jsonResponse("{\"detail\": \"too fast\"}", 429).withHeader("Retry-After", "0"),
                jsonResponse("{\"redelivered\": 1}", 202));

        assertThat(new AdminClient(url, null)
                        .post("/api/deliveries/a/redeliver", null)
                        .path("redelivered")
                        .asInt())
                .isOne();
    }

    @Test
    void says_how_to_set_the_token() {
        answer(jsonResponse("{\"detail\": \"Authorization: must be\"}", 401));

        assertThatThrownBy(() -> new AdminClient(url, null).get("/api/summary"))
                .hasMessageMatching(
                        "http://127.0.0.1:\\d+: wants a token; set JOBRELAY_HTTP_TOKEN to its jobrelay.http.token");
        assertThatThrownBy(() -> new AdminClient(url, "not-the-right-one").get("/api/summary"))
                .hasMessageContaining(": the token is not the right one; set JOBRELAY_HTTP_TOKEN")
                .hasMessageNotContaining("not-the-right-one");
        assertThat(asked()).containsExactly("GET /api/summary null", "GET /api/summary Bearer not-the-right-one");
    }

    @Test
    void passes_on_a_problem_document() {
        answer(
                jsonResponse("{\"detail\": \"it stands in a.yaml\"}", 409),
                jsonResponse(
                        "{\"detail\": \"body\", \"errors\": [{\"detail\": \"one\"}, {\"detail\": \"two\"}]}", 400));

        assertThatThrownBy(() -> new AdminClient(url, null).delete("/api/watches/a"))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.concernsOneItem()).isTrue();
                    assertThat(e.problems()).containsExactly("it stands in a.yaml");
                });
        assertThatThrownBy(() -> new AdminClient(url, null).post("/api/watches", null))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.concernsOneItem()).isFalse();
                    assertThat(e.problems()).containsExactly("one", "two");
                });
    }

    @Test
    void follows_no_redirect_with_the_token() {
        answer(temporaryRedirect(url + "elsewhere"));

        assertThatThrownBy(() -> new AdminClient(url, "a-token").get("/api/summary"))
                .hasMessageEndingWith(" is no Jobrelay: it answers with HTTP status 302 and no document");
        assertThat(asked()).hasSize(1);
    }

    @Test
    void recognises_a_server_that_is_no_jobrelay() {
        answer(ok("<html>Welcome</html>"), jsonResponse("{}", 404));

        assertThatThrownBy(() -> new AdminClient(url, null).get("/api/summary"))
                .hasMessageContaining(" is no Jobrelay");
        assertThatThrownBy(() -> new AdminClient(url, null).get("/api/summary"))
                .hasMessageContaining(" is no Jobrelay");
    }

    @Test
    void says_that_nothing_answers() {
        URI silent = URI.create("http://127.0.0.1:1");

        assertThatThrownBy(() -> new AdminClient(silent, null).get("/api/summary"))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.isUnreachable()).isTrue())
                .hasMessage("nothing answers at http://127.0.0.1:1");
        assertThatThrownBy(() -> new AdminClient(URI.create("http://nowhere.invalid"), null).get("/api/summary"))
                .hasMessage("unknown host: http://nowhere.invalid");
    }
}
