package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HuaweiResJobRouteTest extends ProviderRouteTestSupport {
    HuaweiResJobRouteTest() {
        super("huawei-res-job", "huawei", "sdk-hmac-sha256");
    }

    @Test
    void follows_a_job_to_its_end() throws IOException {
        plays("01-running", "02-succeeded-documented");

        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.RUNNING);
        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.SUCCEEDED);
        provider.verify(
                2,
                getRequestedFor(urlEqualTo(
                                "/v1/b09d59c4e8724078a5e8efa65049e78f/jobs/d7a72d46599e4d32bc79efaf8041b6e5"))
                        .withHeader(
                                "Authorization",
                                matching(
                                        "SDK-HMAC-SHA256 Access=%s, SignedHeaders=host;x-sdk-date, Signature=[0-9a-f]{64}"
                                                .formatted(TestWatches.ACCESS_KEY))));
    }

    @Test
    void asks_for_one_training_job() {
        replies(aResponse().withStatus(500));

        failure("project_id: p, job_id: '" + AWKWARD + "'");

        LoggedRequest request = request();
        assertThat(request.getUrl()).isEqualTo("/v1/p/jobs/" + ENCODED);
        assertThat(request.getBody()).isEmpty();
        assertThat(ownHeaders(request)).containsOnlyKeys("authorization", "x-sdk-date");
    }

    @Test
    void fails_with_200_where_the_reply_says_so() {
        replies(okJson("{\"is_success\": false, \"error_code\": \"res.2301\", \"error_msg\": \"No token.\"}"));

        PollFailure failure = failure();

        assertThat(failure.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
        assertThat(failure.code()).isEqualTo("res.2301");
        assertThat(failure.message()).isEqualTo("No token.");
    }

    @ParameterizedTest
    @CsvSource({"17, 17", "'Sun, 22 Nov 2026 11:00:00 GMT', 3600"})
    void asks_once_and_hands_on_how_long_to_wait(String retryAfter, long seconds) {
        replies(jsonResponse("{}", 503).withHeader("Retry-After", retryAfter));

        PollFailure failure = failure();

        assertThat(failure.kind()).isEqualTo(FailureKind.UNAVAILABLE);
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(request().getMethod().value()).isEqualTo("GET");
    }
}
