package io.jobrelay.camel.validation;

import static java.util.Objects.requireNonNull;

import io.jobrelay.provider.ProviderReply;
import java.util.Map;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;
import org.jspecify.annotations.Nullable;

/** In the place of the client of providers: every request gets the reply that was given last, and none is sent. */
final class GivenReply implements HttpClientConfigurer {
    private volatile @Nullable ProviderReply reply;
    private volatile Map<String, String> headers = Map.of();

    /** {@code more} headers beside Content-Type, by name. */
    void give(ProviderReply next, Map<String, String> more) {
        reply = next;
        headers = Map.copyOf(more);
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .addExecInterceptorFirst("given-reply", (request, scope, chain) -> response());
    }

    private ClassicHttpResponse response() {
        ProviderReply given = requireNonNull(reply, "no reply was given");
        ClassicHttpResponse response = new BasicClassicHttpResponse(given.httpStatus());
        ContentType type = given.contentType() == null ? null : ContentType.parse(given.contentType());
        headers.forEach(response::setHeader);
        if (type != null) {
            response.setHeader("Content-Type", type.toString());
        }
        response.setEntity(new ByteArrayEntity(given.body(), type));
        return response;
    }
}
