package io.jobrelay.benchmark;

import com.baidubce.AbstractBceClient;
import com.baidubce.BceClientConfiguration;
import com.baidubce.auth.DefaultBceCredentials;
import com.baidubce.http.HttpMethodName;
import com.baidubce.http.handler.BceErrorResponseHandler;
import com.baidubce.http.handler.BceJsonResponseHandler;
import com.baidubce.http.handler.BceMetadataResponseHandler;
import com.baidubce.http.handler.HttpResponseHandler;
import com.baidubce.internal.InternalRequest;
import com.baidubce.internal.RestartableInputStream;
import com.baidubce.model.AbstractBceResponse;
import java.net.URI;
import java.util.Map;

/** Baidu AI Cloud's own: its signer behind {@code BceHttpClient}, as the clients of its services use them. */
final class BaiduClient implements PollClient {
    private final Api api;
    private final URI provider;
    private final ImportTasks client;

    BaiduClient(Api api, URI provider, int concurrency) {
        this.api = api;
        this.provider = provider;
        this.client = new ImportTasks(new BceClientConfiguration()
                .withMaxConnections(concurrency)
                .withEndpoint(provider.toString())
                .withCredentials(new DefaultBceCredentials(Api.KEYS.accessKey(), Api.KEYS.secretKey())));
    }

    @Override
    public String poll(String job) {
        InternalRequest request = new InternalRequest(HttpMethodName.POST, provider.resolve(api.path(job)));
        request.addParameter("Action", "DescribeImportTask");
        byte[] body = api.body(job);
        request.addHeader("Content-Type", "application/json");
        request.addHeader("Content-Length", String.valueOf(body.length));
        request.setContent(RestartableInputStream.wrap(body));
        return String.valueOf(client.describe(request).result.get("importStatus"));
    }

    /** What the generated clients are. */
    private static final class ImportTasks extends AbstractBceClient {
        private ImportTasks(BceClientConfiguration configuration) {
            super(configuration, new HttpResponseHandler[] {
                new BceMetadataResponseHandler(), new BceErrorResponseHandler(), new BceJsonResponseHandler()
            });
        }

        /** The vendor's are named after their packages. */
        @Override
        public String computeServiceId() {
            return "qianfan";
        }

        private ImportTask describe(InternalRequest request) {
            return invokeHttpClient(request, ImportTask.class);
        }
    }

    /** The reply. */
    @SuppressWarnings("serial") // never serialized
    public static final class ImportTask extends AbstractBceResponse {
        private Map<String, Object> result = Map.of();

        public void setResult(Map<String, Object> result) {
            this.result = result;
        }
    }
}
