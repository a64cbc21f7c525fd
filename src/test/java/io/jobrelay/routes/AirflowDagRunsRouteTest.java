package io.jobrelay.routes;

import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.job.JobRecord;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AirflowDagRunsRouteTest extends RouteTestSupport {
    AirflowDagRunsRouteTest() {
        super("file:routes/signing/*.camel.yaml,file:routes/templates/*.camel.yaml,"
                + "file:routes/providers/airflow-*.camel.yaml");
    }

    @Override
    Map<String, String> accounts() {
        return TestWatches.account("airflow", provider.baseUrl(), "bearer", "token", "a-token");
    }

    @Test
    @Timeout(60)
    void a_page_without_a_new_run_is_the_last_whatever_the_total_says() {
        provider.stubFor(any(anyUrl()).willReturn(okJson("""
                {"dag_runs": [{"dag_id": "rank", "dag_run_id": "r1", "state": "running"}], "total_entries": 9999999}
                """)));

        assertThat(beans.poll(TestWatches.watch(
                        beans.watchReader(),
                        "{ api: airflow-dag-runs, account: airflow, parameters: { dag_id: '~' } }")))
                .extracting(JobRecord::id)
                .containsOnly("airflow-dag-run/airflow/rank/r1");
        provider.verify(2, anyRequestedFor(anyUrl()));
    }
}
