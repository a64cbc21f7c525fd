package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlibabaPaiDatasetJobRouteTest extends ProviderRouteTestSupport {
    AlibabaPaiDatasetJobRouteTest() {
        super("alibaba-pai-dataset-job", "alibaba", "acs3-hmac-sha256");
    }

    @Test
    void follows_a_job_from_the_queue_to_its_end() throws IOException {
        plays("01-pending", "02-running", "05-succeeded");

        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.QUEUED);
        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.RUNNING);
        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.SUCCEEDED);
        provider.verify(
                3,
                getRequestedFor(
                                urlEqualTo(
                                        "/api/v1/datasets/d-rbvg5fake0jhc9ks92/datasetjobs/dsjob-9jx1fake0uj9e?DatasetVersion=v1&WorkspaceId=478"))
                        .withHeader("x-acs-action", equalTo("GetDatasetJob"))
                        .withHeader("x-acs-version", equalTo("2021-02-04"))
                        .withHeader(
                                "Authorization",
                                matching("ACS3-HMAC-SHA256 Credential=" + TestWatches.ACCESS_KEY
                                        + ",SignedHeaders=host;x-acs-.*,Signature=[0-9a-f]{64}")));
    }

    @Test
    void asks_for_one_dataset_job() {
        replies(aResponse().withStatus(500));

        failure("DatasetId: '%s', DatasetJobId: job-1, DatasetVersion: '%s'".formatted(AWKWARD, AWKWARD));

        LoggedRequest request = request();
        assertThat(request.getUrl())
                .isEqualTo("/api/v1/datasets/" + ENCODED + "/datasetjobs/job-1?DatasetVersion=" + ENCODED);
        assertThat(request.getBody()).isEmpty();
        assertThat(ownHeaders(request))
                .containsOnlyKeys(
                        "authorization",
                        "x-acs-action",
                        "x-acs-content-sha256",
                        "x-acs-date",
                        "x-acs-signature-nonce",
                        "x-acs-version");
    }

    @Test
    void leaves_out_what_the_watch_does_not_give() {
        replies(aResponse().withStatus(500));

        failure("DatasetId: d-1, DatasetJobId: job-1");

        assertThat(request().getUrl()).isEqualTo("/api/v1/datasets/d-1/datasetjobs/job-1");
    }

    @ParameterizedTest
    @CsvSource({
        "400, Throttling.User,             THROTTLED",
        "400, SignatureNonceUsed,          UNAUTHENTICATED",
        "404, InvalidAccessKeyId.NotFound, UNAUTHENTICATED",
        "503, ServiceUnavailable,          UNAVAILABLE",
        "403, NoPermission,                FORBIDDEN",
    })
    void a_code_comes_before_the_status(int status, String code, FailureKind kind) {
        replies(jsonResponse("{\"Code\": \"%s\", \"Message\": \"m\"}".formatted(code), status));

        PollFailure failure = failure();

        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.httpStatus()).isEqualTo(status);
    }
}
