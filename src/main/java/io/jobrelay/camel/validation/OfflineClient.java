package io.jobrelay.camel.validation;

import io.jobrelay.provider.ProviderReply;
import java.io.IOException;
import java.util.Map;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/** In the place of the client of providers: no request is sent, each is answered by the provider that was set last. */
final class OfflineClient implements HttpClientConfigurer {
    private volatile Provider provider = request -> {
        throw new IOException("no reply was given");
    };

    /** Answers a request, or throws what a client does that gets no reply. */
    interface Provider {
        ClassicHttpResponse answer(ClassicHttpRequest request) throws IOException;
    }

    void set(Provider next) {
        provider = next;
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .addExecInterceptorFirst("offline", (request, scope, chain) -> provider.answer(request));
    }

    /** {@code more} headers beside Content-Type, by name. */
    static ClassicHttpResponse response(ProviderReply reply, Map<String, String> more) {
        ClassicHttpResponse response = new BasicClassicHttpResponse(reply.httpStatus());
        ContentType type = reply.contentType() == null ? null : ContentType.parse(reply.contentType());
        more.forEach(response::setHeader);
        if (type != null) {
            response.setHeader("Content-Type", type.toString());
        }
        response.setEntity(new ByteArrayEntity(reply.body(), type));
        return response;
    }
}
