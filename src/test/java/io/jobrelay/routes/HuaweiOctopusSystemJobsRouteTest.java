package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.getRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.FailureKind;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How its pages are read is in {@link OctopusPagesTest}. */
class HuaweiOctopusSystemJobsRouteTest extends ProviderRouteTestSupport {
    HuaweiOctopusSystemJobsRouteTest() {
        super("huawei-octopus-system-jobs", "octopus", "sdk-hmac-sha256");
    }

    @Test
    void follows_the_jobs_of_a_list_from_the_queue_to_their_ends() throws IOException {
        plays("01-queuing", "02-launching-and-running", "03-uploading", "04-all-terminal");

        assertThat(states()).containsExactly("QUEUED", "QUEUED", "QUEUED");
        assertThat(states()).containsExactly("STARTING", "RUNNING", "STARTING");
        assertThat(states()).containsExactly("RUNNING", "RUNNING", "RUNNING");
        assertThat(states()).containsExactly("SUCCEEDED", "SUCCEEDED", "FAILED");
        provider.verify(
                4,
                getRequestedFor(
                        urlEqualTo("/v1.0/087679f0aaxxxxxxxxxxxxxx2f5e902b/data/system-jobs?offset=0&limit=100")));
    }

    private List<String> states() {
        return poll().stream().limit(3).map(JobRecord::state).map(Enum::name).toList();
    }

    @Test
    void asks_with_repeated_parameters() {
        replies(aResponse().withStatus(500));

        failure("project_id: p, statuses: [RUNNING, '%s'], job_types: [FRAME_EXTRACT], id: '7'".formatted(AWKWARD));

        LoggedRequest request = request();
        assertThat(request.getUrl())
                .isEqualTo("/v1.0/p/data/system-jobs?id=7&job_types=FRAME_EXTRACT&statuses=RUNNING&statuses=" + ENCODED
                        + "&offset=0&limit=100");
        assertThat(ownHeaders(request)).containsOnlyKeys("authorization", "x-sdk-date");
    }

    @Test
    void fails_as_the_reply_says() {
        replies(jsonResponse("{\"error_code\": \"APIGW.0308\", \"error_msg\": \"Too many\"}", 429));

        assertThat(failure().kind()).isEqualTo(FailureKind.THROTTLED);
    }
}
