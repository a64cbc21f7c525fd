package io.jobrelay.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** The least that can be done: Apache HttpClient 5, our signers, and Jackson's tree. */
final class BareClient implements PollClient {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Api api;
    private final URI provider;
    private final CloseableHttpClient client;

    BareClient(Api api, URI provider, int concurrency) {
        this.api = api;
        this.provider = provider;
        this.client = HttpClientBuilder.create()
                .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                        .setMaxConnPerRoute(concurrency)
                        .setMaxConnTotal(concurrency)
                        .build())
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableContentCompression()
                .disableRedirectHandling()
                .build();
    }

    @Override
    public String poll(String job) throws Exception {
        byte[] body = api.body(job);
        HttpUriRequestBase request = new HttpUriRequestBase(api.method, api.uri(provider, job));
        api.signed(request.getUri(), body).forEach(request::setHeader);
        if (body.length > 0) {
            request.setEntity(new ByteArrayEntity(body, null));
        }
        byte[] reply = client.execute(request, response -> EntityUtils.toByteArray(response.getEntity()));
        return Api.state(JSON.readTree(reply));
    }
}
