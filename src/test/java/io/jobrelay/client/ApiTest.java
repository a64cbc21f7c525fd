package io.jobrelay.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.jobrelay.client.Api.Parameter;
import io.jobrelay.client.ApiException.Reason;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a server that answers as it is told, which a Jobrelay would not. */
class ApiTest {
    private record Answer(int status, String body, Map<String, String> headers) {
        private Answer(int status, String body) {
            this(status, body, Map.of());
        }
    }

    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> asked = new ArrayList<>();
    private HttpServer server;
    private URI url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
        url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Authorization"));
        Answer answer = answers.remove();
        answer.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = answer.body().getBytes(UTF_8);
        exchange.sendResponseHeaders(answer.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @Test
    void follows_the_cursor_up_to_the_limit() {
        answers.add(new Answer(200, "{\"jobs\": [1, 2], \"next\": \"a b\"}"));
        answers.add(new Answer(200, "{\"jobs\": [3], \"next\": \"c\"}"));
        List<JsonNode> jobs = new ArrayList<>();

        boolean more =
                new Api(url, null).list("/api/jobs", List.of(new Parameter("label", "a:b&c")), "jobs", 3, jobs::add);

        assertThat(jobs).hasToString("[1, 2, 3]");
        assertThat(more).isTrue();
        assertThat(asked)
                .containsExactly(
                        "GET /api/jobs?label=a%3Ab%26c&limit=3 null",
                        "GET /api/jobs?label=a%3Ab%26c&limit=1&cursor=a%20b null");
    }

    @Test
    void ends_with_the_last_page() {
        answers.add(new Answer(200, "{\"jobs\": [1]}"));

        assertThat(new Api(url, null).list("/api/jobs", List.of(), "jobs", 5_000, job -> {}))
                .isFalse();
        assertThat(asked).containsExactly("GET /api/jobs?limit=1000 null");
    }

    @Test
    void waits_where_it_is_asked_to() {
        answers.add(new Answer(429, "{\"detail\": \"too fast\"}", Map.of("Retry-After", "0")));
        answers.add(new Answer(202, "{\"redelivered\": 1}"));

        assertThat(new Api(url, null)
                        .post("/api/deliveries/a/redeliver", null)
                        .path("redelivered")
                        .asInt())
                .isOne();
    }

    @Test
    void tells_where_the_token_goes() {
        answers.add(new Answer(401, "{\"detail\": \"Authorization: must be\"}"));
        answers.add(new Answer(401, "{\"detail\": \"Authorization: must be\"}"));

        assertThatThrownBy(() -> new Api(url, null).get("/api/summary"))
                .hasMessageMatching(
                        "http://127.0.0.1:\\d+: wants a token; set JOBRELAY_HTTP_TOKEN to its jobrelay.http.token");
        assertThatThrownBy(() -> new Api(url, "not-the-right-one").get("/api/summary"))
                .hasMessageContaining(": the token is not the right one; set JOBRELAY_HTTP_TOKEN")
                .hasMessageNotContaining("not-the-right-one");
        assertThat(asked).containsExactly("GET /api/summary null", "GET /api/summary Bearer not-the-right-one");
    }

    @Test
    void tells_what_a_problem_document_says() {
        answers.add(new Answer(409, "{\"detail\": \"it stands in a.yaml\"}"));
        answers.add(
                new Answer(400, "{\"detail\": \"body\", \"errors\": [{\"detail\": \"one\"}, {\"detail\": \"two\"}]}"));

        assertThatThrownBy(() -> new Api(url, null).delete("/api/watches/a"))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.CONFLICT);
                    assertThat(e.problems()).containsExactly("it stands in a.yaml");
                });
        assertThatThrownBy(() -> new Api(url, null).post("/api/watches", null))
                .isInstanceOfSatisfying(ApiException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.REFUSED);
                    assertThat(e.problems()).containsExactly("one", "two");
                });
    }

    @Test
    void follows_no_redirect_with_the_token() {
        answers.add(new Answer(302, "", Map.of("Location", url + "elsewhere")));

        assertThatThrownBy(() -> new Api(url, "a-token").get("/api/summary"))
                .hasMessageEndingWith(" is no Jobrelay: it answers with HTTP status 302 and no document");
        assertThat(asked).hasSize(1);
    }

    @Test
    void knows_a_stranger() {
        answers.add(new Answer(200, "<html>Welcome</html>"));
        answers.add(new Answer(404, "{}"));

        assertThatThrownBy(() -> new Api(url, null).get("/api/summary")).hasMessageContaining(" is no Jobrelay");
        assertThatThrownBy(() -> new Api(url, null).get("/api/summary")).hasMessageContaining(" is no Jobrelay");
    }

    @Test
    void says_that_nothing_answers() {
        server.stop(0);

        assertThatThrownBy(() -> new Api(url, null).get("/api/summary"))
                .isInstanceOfSatisfying(
                        ApiException.class, e -> assertThat(e.reason()).isEqualTo(Reason.UNREACHABLE))
                .hasMessageMatching("nothing answers at http://127.0.0.1:\\d+");
        assertThatThrownBy(() -> new Api(URI.create("http://nowhere.invalid"), null).get("/api/summary"))
                .hasMessage("nobody knows the host of http://nowhere.invalid");
    }
}
