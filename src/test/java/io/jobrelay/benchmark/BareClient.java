package io.jobrelay.benchmark;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.jobrelay.signing.UnsignedRequest;
import java.net.URI;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.message.BasicHeader;

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
        SortedMap<String, String> headers = new TreeMap<>(api.headers);
        headers.put("host", provider.getAuthority());
        byte[] body = api.body(job);
        UnsignedRequest unsigned = new UnsignedRequest(api.method, api.path(job), api.query, headers, body);
        String uri = provider + api.path(job) + (api.query.isEmpty() ? "" : "?" + api.query);
        HttpUriRequestBase request = new HttpUriRequestBase(api.method, URI.create(uri));
        headers.forEach(request::setHeader);
        api.signer
                .sign(unsigned, Api.KEYS, Instant.now(), UUID.randomUUID().toString())
                .forEach((name, value) -> request.setHeader(new BasicHeader(name, value)));
        if (body.length > 0) {
            request.setEntity(new ByteArrayEntity(body, null));
        }
        byte[] reply = client.execute(request, response -> EntityUtils.toByteArray(response.getEntity()));
        return state(JSON.readTree(reply));
    }

    /** Where the three vendors put it. */
    static String state(JsonNode reply) {
        return requireNonNull(
                reply.at("/job/job_status").asText(null) != null
                        ? reply.at("/job/job_status").asText()
                        : reply.at("/result/importStatus")
                                .asText(reply.path("Status").asText()));
    }
}
