package io.jobrelay.benchmark;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.huaweicloud.sdk.core.HcClient;
import com.huaweicloud.sdk.core.SdkResponse;
import com.huaweicloud.sdk.core.auth.BasicCredentials;
import com.huaweicloud.sdk.core.http.FieldExistence;
import com.huaweicloud.sdk.core.http.HttpConfig;
import com.huaweicloud.sdk.core.http.HttpMethod;
import com.huaweicloud.sdk.core.http.HttpRequestDef;
import com.huaweicloud.sdk.core.http.LocationType;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import okhttp3.ConnectionPool;
import okhttp3.Dispatcher;

/** Huawei Cloud's own: {@code HcClient}, which its generated clients call, with a request as they have it. */
final class HuaweiClient implements PollClient {
    private static final HttpRequestDef<ShowJob, JobShown> SHOW_JOB = definition();

    private final HcClient client;

    HuaweiClient(Api api, URI provider, int concurrency) {
        Dispatcher dispatcher = new Dispatcher();
        dispatcher.setMaxRequests(concurrency);
        dispatcher.setMaxRequestsPerHost(concurrency);
        this.client = new HcClient(HttpConfig.getDefaultHttpConfig()
                        .withConnectionPool(new ConnectionPool(concurrency, 5, TimeUnit.MINUTES))
                        .withDispatcher(dispatcher))
                .withEndpoints(List.of(provider.toString()))
                .withCredential(new BasicCredentials()
                        .withAk(Api.KEYS.accessKey())
                        .withSk(Api.KEYS.secretKey())
                        .withProjectId("b09d59c4e8724078a5e8efa65049e78f"));
    }

    @Override
    public String poll(String job) {
        return String.valueOf(
                client.syncInvokeHttp(new ShowJob(job), SHOW_JOB).job.get("job_status"));
    }

    private record ShowJob(String jobId) {}

    /** The generated clients give every member a field; one map costs less. */
    static final class JobShown extends SdkResponse {
        @JsonProperty("job")
        Map<String, Object> job = Map.of();
    }

    private static HttpRequestDef<ShowJob, JobShown> definition() {
        HttpRequestDef.Builder<ShowJob, JobShown> builder = HttpRequestDef.builder(
                        HttpMethod.GET, ShowJob.class, JobShown.class)
                .withName("ShowJob")
                .withUri("/v1/{project_id}/jobs/{job_id}")
                .withContentType("application/json");
        builder.<String>withRequestField(
                "job_id",
                LocationType.Path,
                FieldExistence.NON_NULL_NON_EMPTY,
                String.class,
                field -> field.withMarshaller(ShowJob::jobId, (request, value) -> {}));
        return builder.build();
    }
}
