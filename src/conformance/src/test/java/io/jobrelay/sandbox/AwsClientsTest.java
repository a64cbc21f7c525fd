package io.jobrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.client.builder.AwsClientBuilder;
import software.amazon.awssdk.awscore.client.builder.AwsSyncClientBuilder;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.batch.BatchClient;
import software.amazon.awssdk.services.batch.model.JobStatus;
import software.amazon.awssdk.services.bedrock.BedrockClient;
import software.amazon.awssdk.services.bedrock.model.ModelCustomizationJobStatus;
import software.amazon.awssdk.services.bedrock.model.ModelInvocationJobStatus;
import software.amazon.awssdk.services.glue.GlueClient;
import software.amazon.awssdk.services.glue.model.GlueException;
import software.amazon.awssdk.services.glue.model.JobRunState;

/** Amazon's own clients read what the sandbox plays of Batch, Glue and Bedrock, and are refused with another key. */
class AwsClientsTest extends PlayedProviders {
    private static final String CUSTOMIZATION =
            "arn:aws:bedrock:eu-central-1:123456789012:model-customization-job/amazon.titan-text-express-v1:0:8k/abcdefghijkl";

    @Test
    void batch_describes_a_job() {
        try (BatchClient client = client(BatchClient.builder(), "aws-batch")) {
            assertThat(client.describeJobs(request -> request.jobs("876da822-4198-45f2-a252-6cea32512ea8"))
                            .jobs())
                    .singleElement()
                    .satisfies(job -> {
                        assertThat(job.status()).isEqualTo(JobStatus.SUBMITTED);
                        assertThat(job.createdAt()).isEqualTo(1764230400123L);
                    });
        }
    }

    @Test
    void glue_gets_a_run() {
        try (GlueClient client = client(GlueClient.builder(), "aws-glue")) {
            assertThat(client.getJobRun(request -> request.jobName("nightly").runId("jr_22222222222222222222"))
                            .jobRun())
                    .satisfies(run -> {
                        assertThat(run.jobRunState()).isEqualTo(JobRunState.WAITING);
                        assertThat(run.startedOn()).isEqualTo("2025-11-27T08:00:00.123Z");
                    });
        }
    }

    @Test
    void bedrock_gets_a_job_by_its_arn_and_one_by_its_id() {
        try (BedrockClient client = client(BedrockClient.builder(), "aws-bedrock")) {
            assertThat(client.getModelCustomizationJob(request -> request.jobIdentifier(CUSTOMIZATION))
                            .status())
                    .isEqualTo(ModelCustomizationJobStatus.IN_PROGRESS);
            assertThat(client.getModelInvocationJob(request -> request.jobIdentifier("abcdefghijkl"))
                            .status())
                    .isEqualTo(ModelInvocationJobStatus.SUBMITTED);
        }
    }

    @Test
    void a_refusal_is_read_as_what_it_is() {
        try (GlueClient client = client(GlueClient.builder(), "aws-glue", "another secret key of the account")) {
            assertThatThrownBy(() -> client.getJobRun(
                            request -> request.jobName("nightly").runId("jr_22222222222222222222")))
                    .isInstanceOfSatisfying(
                            GlueException.class,
                            refused -> assertThat(refused.awsErrorDetails().errorCode())
                                    .isEqualTo("InvalidSignatureException"));
        }
    }

    private static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
            B builder, String account) {
        return client(builder, account, property(account, "secret-key"));
    }

    private static <B extends AwsClientBuilder<B, C> & AwsSyncClientBuilder<B, C>, C> C client(
            B builder, String account, String secretKey) {
        return builder.endpointOverride(URI.create(property(account, "endpoint")))
                .region(Region.EU_CENTRAL_1)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(property(account, "access-key"), secretKey)))
                .build();
    }
}
