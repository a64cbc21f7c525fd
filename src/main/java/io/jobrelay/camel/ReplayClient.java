package io.jobrelay.camel;

import static java.util.Objects.requireNonNull;

import io.jobrelay.provider.UnreadableReply;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.component.http.HttpClientConfigurer;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/** Answers every request with the reply that it was given, and sends none. */
final class ReplayClient implements HttpClientConfigurer {
    private final AtomicReference<UnreadableReply> reply = new AtomicReference<>();

    void answer(UnreadableReply next) {
        reply.set(next);
    }

    @Override
    public void configureHttpClient(HttpClientBuilder client) {
        client.disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .addExecInterceptorFirst("replay", (request, scope, chain) -> response());
    }

    private ClassicHttpResponse response() {
        UnreadableReply given = requireNonNull(reply.get(), "no reply was given");
        ClassicHttpResponse response = new BasicClassicHttpResponse(given.httpStatus());
        ContentType type = given.contentType() == null ? null : ContentType.parse(given.contentType());
        if (type != null) {
            response.setHeader("Content-Type", type.toString());
        }
        response.setEntity(new ByteArrayEntity(given.body(), type));
        return response;
    }
}
