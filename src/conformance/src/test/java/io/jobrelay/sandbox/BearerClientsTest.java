package io.jobrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.databricks.sdk.WorkspaceClient;
import com.databricks.sdk.core.DatabricksConfig;
import com.databricks.sdk.core.error.platform.Unauthenticated;
import com.databricks.sdk.service.jobs.GetRunRequest;
import com.databricks.sdk.service.jobs.RunLifecycleStateV2State;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.errors.UnauthorizedException;
import com.openai.models.batches.Batch;
import com.openai.models.finetuning.jobs.FineTuningJob;
import org.junit.jupiter.api.Test;

/** The clients of OpenAI and Databricks read what the sandbox plays, and are refused with another token. */
class BearerClientsTest extends PlayedProviders {
    private static final String BATCH = "batch_abc123";
    private static final long RUN = 455_644_833;

    @Test
    void openai_retrieves_a_batch_and_a_fine_tuning_job() {
        OpenAIClient client = openai(property("openai", "token"));

        assertThat(client.batches().retrieve(BATCH).status()).isEqualTo(Batch.Status.VALIDATING);
        assertThat(client.fineTuning().jobs().retrieve("ftjob-abc123").status())
                .isEqualTo(FineTuningJob.Status.VALIDATING_FILES);
    }

    @Test
    void openai_is_refused_with_another_token() {
        OpenAIClient client = openai("another-token");

        assertThatThrownBy(() -> client.batches().retrieve(BATCH)).isInstanceOf(UnauthorizedException.class);
    }

    @Test
    void databricks_gets_a_run() {
        GetRunRequest request = new GetRunRequest().setRunId(RUN).setIncludeHistory(true);

        assertThat(databricks(property("databricks", "token"))
                        .jobs()
                        .getRun(request)
                        .getStatus()
                        .getState())
                .isEqualTo(RunLifecycleStateV2State.QUEUED);
    }

    @Test
    void databricks_is_refused_with_another_token() {
        WorkspaceClient client = databricks("another-token");

        assertThatThrownBy(() -> client.jobs().getRun(RUN)).isInstanceOf(Unauthenticated.class);
    }

    private static OpenAIClient openai(String token) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(property("openai", "endpoint") + "/v1")
                .apiKey(token)
                .maxRetries(0)
                .build();
    }

    private static WorkspaceClient databricks(String token) {
        return new WorkspaceClient(new DatabricksConfig()
                .setHost(property("databricks", "endpoint"))
                .setAuthType("pat")
                .setToken(token));
    }
}
