package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Providers that name an error in a header, or in text that is no JSON: a failure mapping reads {@code $reply}. */
class TextRepliesTest extends RouteTestSupport {
    private static final String ROUTES = """
            - beans:
                - { name: plain, type: io.jobrelay.watch.ProviderApi, properties: { name: plain, required: id } }
                - { name: ask-for-id, type: io.jobrelay.camel.provider.MakeRequest, properties: { uri: "{+endpoint}/{id}" } }
            - route:
                id: plain
                errorHandler: { noErrorHandler: {} }
                from:
                  uri: direct:plain
                  steps:
                    - process: { ref: ask-for-id }
                    - to: { uri: "direct:call-provider" }
                    - process: { ref: parse-reply }
                    - setVariable:
                        name: failure
                        expression:
                          jq:
                            expression: |-
                              {
                                code: "\\($reply.status) \\($reply.headers["x-errortype"] // "none")",
                                message: ($reply.text // .message),
                                kind: (if ($reply.text // "" | contains("does not exist")) then "NOT_FOUND" else null end)
                              }
                    - process: { ref: require-success }
            """;

    @TempDir
    private static Path directory;

    TextRepliesTest() {
        super("file:routes/signing/call-provider.camel.yaml,file:" + directory + "/*.camel.yaml");
    }

    @BeforeAll
    static void write() throws IOException {
        Files.writeString(directory.resolve("plain.camel.yaml"), ROUTES);
    }

    @Override
    Map<String, String> accounts() {
        return TestWatches.account("some", provider.baseUrl(), "bce-auth-v1");
    }

    @Test
    void a_text_says_what_is_wrong() {
        PollFailure failure = failure(aResponse().withStatus(500).withBody("Job a does not exist"));

        assertThat(failure.kind()).isEqualTo(FailureKind.NOT_FOUND);
        assertThat(failure.code()).isEqualTo("500 none");
        assertThat(failure.message()).isEqualTo("Job a does not exist");
    }

    @Test
    void a_header_says_what_is_wrong() {
        PollFailure failure =
                failure(jsonResponse("{\"message\": \"Slow.\"}", 429).withHeader("X-ErrorType", "Throttled:http://x"));

        assertThat(failure.kind()).isEqualTo(FailureKind.THROTTLED);
        assertThat(failure.code()).isEqualTo("429 Throttled:http://x");
        assertThat(failure.message()).isEqualTo("Slow.");
    }

    @Test
    void a_rate_limit_of_which_nothing_remains_says_how_long_to_wait() {
        PollFailure failure = failure(jsonResponse("{}", 429).withHeader("RateLimit", "\"api\";r=0;t=55"));

        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(55));
    }

    @Test
    void a_secret_in_either_is_masked() {
        PollFailure failure = failure(aResponse()
                .withStatus(403)
                .withHeader("X-ErrorType", TestWatches.SECRET_KEY)
                .withBody("not " + TestWatches.SECRET_KEY));

        assertThat(failure.code()).isEqualTo("403 ***");
        assertThat(failure.message()).isEqualTo("not ***");
    }

    private PollFailure failure(ResponseDefinitionBuilder reply) {
        replies(reply);
        Watch watch = TestWatches.watch(beans.watchReader(), "{ api: plain, account: some, parameters: { id: a } }");
        return catchThrowableOfType(PollFailedException.class, () -> beans.poll(watch))
                .failure();
    }
}
