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

class OtcModelartsDatasetSyncRouteTest extends ProviderRouteTestSupport {
    OtcModelartsDatasetSyncRouteTest() {
        super("otc-modelarts-dataset-sync", "otc", "sdk-hmac-sha256");
    }

    @Test
    void follows_a_synchronisation_from_the_queue_to_its_end() throws IOException {
        plays("01-queuing", "03-running", "04-completed");

        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.QUEUED);
        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.RUNNING);
        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.SUCCEEDED);
        provider.verify(
                3,
                getRequestedFor(urlEqualTo(
                                "/v2/0123456789abcdef0123456789abcdef/datasets/gfghHSokody6AJigS5A/sync-data/status"))
                        .withHeader("X-Project-Id", equalTo("0123456789abcdef0123456789abcdef"))
                        .withHeader("Authorization", matching(".*SignedHeaders=host;x-project-id;x-sdk-date,.*")));
    }

    @Test
    void asks_for_the_synchronisation_of_a_dataset() {
        replies(aResponse().withStatus(500));

        failure("project_id: p1, dataset_id: '" + AWKWARD + "'");

        LoggedRequest request = request();
        assertThat(request.getUrl()).isEqualTo("/v2/p1/datasets/" + ENCODED + "/sync-data/status");
        assertThat(ownHeaders(request)).containsOnlyKeys("authorization", "x-project-id", "x-sdk-date");
    }

    @Test
    void tells_an_invalid_token_from_a_missing_task() {
        replies(jsonResponse("{\"error_code\": \"ModelArts.0203\", \"error_msg\": \"Invalid token.\"}", 400));
        PollFailure invalid = failure();
        replies(jsonResponse("{\"error_code\": \"ModelArts.4612\", \"error_msg\": \"No such task.\"}", 400));
        PollFailure missing = failure();

        assertThat(invalid.kind()).isEqualTo(FailureKind.UNAUTHENTICATED);
        assertThat(missing.kind()).isEqualTo(FailureKind.NOT_FOUND);
        assertThat(missing.message()).isEqualTo("No such task.");
    }
}
