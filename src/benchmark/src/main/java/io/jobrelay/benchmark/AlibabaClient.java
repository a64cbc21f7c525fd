package io.jobrelay.benchmark;

import static java.util.Objects.requireNonNull;

import com.aliyun.teaopenapi.Client;
import com.aliyun.teaopenapi.models.Config;
import com.aliyun.teaopenapi.models.OpenApiRequest;
import com.aliyun.teaopenapi.models.Params;
import com.aliyun.teautil.models.RuntimeOptions;
import java.net.URI;
import java.util.Map;

/** Alibaba Cloud's own: {@code callApi} of tea-openapi, which its generated clients call. */
final class AlibabaClient implements PollClient {
    private final Api api;
    private final Client client;

    AlibabaClient(Api api, URI provider, int concurrency) throws Exception {
        this.api = api;
        this.client = new Client(new Config()
                .setAccessKeyId(Api.KEYS.accessKey())
                .setAccessKeySecret(Api.KEYS.secretKey())
                .setEndpoint(provider.getAuthority())
                .setProtocol("HTTP")
                .setMaxIdleConns(concurrency));
    }

    @Override
    public String poll(String job) throws Exception {
        Params params = new Params()
                .setAction("GetDatasetJob")
                .setVersion("2021-02-04")
                .setProtocol("HTTP")
                .setPathname(api.path(job))
                .setMethod(api.method)
                .setAuthType("AK")
                .setStyle("ROA")
                .setReqBodyType("json")
                .setBodyType("json");
        Map<?, ?> reply = client.callApi(params, new OpenApiRequest(), new RuntimeOptions());
        Map<?, ?> body = (Map<?, ?>) requireNonNull(reply.get("body"), "no body");
        return String.valueOf(body.get("Status"));
    }
}
