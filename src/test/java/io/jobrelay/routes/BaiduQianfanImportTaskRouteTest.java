package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.matching;
import static com.github.tomakehurst.wiremock.client.WireMock.okForContentType;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.verification.LoggedRequest;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.provider.FailureKind;
import io.jobrelay.provider.PollFailure;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class BaiduQianfanImportTaskRouteTest extends ProviderRouteTestSupport {
    BaiduQianfanImportTaskRouteTest() {
        super("baidu-qianfan-import-task", "baidu", "bce-auth-v1");
    }

    @Test
    void follows_an_import_to_its_end() throws IOException {
        plays("01-importing", "02-importing-half-way", "04-import-finished-documented");

        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.RUNNING);
        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.RUNNING);
        assertThat(poll()).extracting(JobRecord::state).containsExactly(JobState.SUCCEEDED);
        provider.verify(
                3,
                postRequestedFor(urlEqualTo("/v2/dataset?Action=DescribeImportTask"))
                        .withHeader("Content-Type", equalTo("application/json"))
                        .withHeader(
                                "Authorization",
                                matching("bce-auth-v1/" + TestWatches.ACCESS_KEY
                                        + "/2026-11-22T10:00:00Z/\\d+/[a-z;-]+/[0-9a-f]{64}"))
                        .withRequestBody(equalToJson("{\"taskId\": \"task-4f1c2d7e9ab8\"}")));
    }

    @Test
    void asks_with_a_body() {
        replies(aResponse().withStatus(500));

        failure("taskId: '" + AWKWARD + "'");

        LoggedRequest request = request();
        assertThat(request.getBodyAsString()).isEqualTo("{\"taskId\":\"" + AWKWARD + "\"}");
        assertThat(ownHeaders(request))
                .containsOnlyKeys("authorization", "content-length", "content-type", "x-bce-date");
    }

    @Test
    void keeps_a_page_that_came_instead_of_a_reply() {
        replies(okForContentType("text/html", "<html>Sign in</html>"));

        PollFailure failure = failure();

        assertThat(failure.kind()).isEqualTo(FailureKind.MALFORMED);
        assertThat(new String(failure.reply().body(), UTF_8)).isEqualTo("<html>Sign in</html>");
    }
}
