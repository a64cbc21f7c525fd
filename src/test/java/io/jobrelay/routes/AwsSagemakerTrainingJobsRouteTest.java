package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import io.jobrelay.watch.Watch;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AwsSagemakerTrainingJobsRouteTest extends RouteTestSupport {
    private static final String TARGET = "X-Amz-Target";

    AwsSagemakerTrainingJobsRouteTest() {
        super("file:routes/signing/*.camel.yaml,file:routes/templates/*.camel.yaml,"
                + "file:routes/providers/aws-sagemaker-training-*.camel.yaml");
    }

    @Override
    Map<String, String> accounts() {
        return TestWatches.account("aws", provider.baseUrl(), "aws-sigv4", "region", "eu-central-1");
    }

    @Test
    void asks_page_by_page_for_what_has_changed_and_describes_what_has_ended() {
        long since = clock.instant().minus(Duration.ofHours(24)).getEpochSecond();
        String first = "{\"MaxResults\": 100, \"LastModifiedTimeAfter\": %d}".formatted(since);
        String second = "{\"MaxResults\": 100, \"LastModifiedTimeAfter\": %d, \"NextToken\": \"t\"}".formatted(since);
        answers(
                "ListTrainingJobs",
                first,
                "{\"TrainingJobSummaries\": [%s], \"NextToken\": \"t\"}".formatted(job("a", "InProgress", "Training")));
        answers("ListTrainingJobs", second, "{\"TrainingJobSummaries\": [%s]}".formatted(job("b", "Failed", "Failed")));
        answers(
                "DescribeTrainingJob",
                "{\"TrainingJobName\": \"b\"}",
                job("b", "Failed", "Failed").replace("}", ", \"FailureReason\": \"out of memory\"}"));

        List<JobRecord> records = poll();

        assertThat(records)
                .extracting(record -> record.id() + " " + record.state() + " " + record.message())
                .containsExactly(
                        "aws-sagemaker-training-job/aws/a RUNNING null",
                        "aws-sagemaker-training-job/aws/b FAILED out of memory");
        assertThat(poll()).isEqualTo(records);
        provider.verify(
                1, postRequestedFor(urlEqualTo("/")).withHeader(TARGET, equalTo("SageMaker.DescribeTrainingJob")));
    }

    @Test
    @Timeout(60)
    void a_token_that_comes_again_ends_the_pages() {
        provider.stubFor(post("/")
                .willReturn(okJson("{\"TrainingJobSummaries\": [%s], \"NextToken\": \"t\"}"
                        .formatted(job("a", "InProgress", "Training")))));

        assertThat(poll()).extracting(JobRecord::id).containsOnly("aws-sagemaker-training-job/aws/a");
        provider.verify(2, postRequestedFor(urlEqualTo("/")));
    }

    private List<JobRecord> poll() {
        Watch watch = TestWatches.watch(
                beans.watchReader(), "{ api: aws-sagemaker-training-jobs, account: aws, parameters: {} }");
        return beans.poll(watch);
    }

    private static void answers(String operation, String body, String reply) {
        provider.stubFor(post("/")
                .withHeader(TARGET, equalTo("SageMaker." + operation))
                .withRequestBody(equalToJson(body))
                .willReturn(okJson(reply)));
    }

    private static String job(String name, String status, String secondary) {
        return "{\"TrainingJobName\": \"%s\", \"TrainingJobStatus\": \"%s\", \"SecondaryStatus\": \"%s\"}"
                .formatted(name, status, secondary);
    }
}
