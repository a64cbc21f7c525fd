package io.jobrelay.benchmark;

import io.jobrelay.delivery.WebhookSignature;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;

/** Signed posts by Apache HttpClient 5. */
final class BareWebhook implements EventSender {
    private final URI webhook;
    private final WebhookSignature signature = new WebhookSignature(List.of(JobrelayDirectory.WEBHOOK_SECRET));
    private final CloseableHttpClient client = HttpClients.createDefault();

    BareWebhook(String webhook) {
        this.webhook = URI.create(webhook);
    }

    @Override
    public void send(String id, byte[] event) throws Exception {
        HttpPost request = new HttpPost(webhook);
        signature.headers(id, Instant.now(), event).forEach(request::setHeader);
        request.setEntity(new ByteArrayEntity(event, ContentType.APPLICATION_JSON));
        int status = client.execute(request, response -> {
            EntityUtils.consume(response.getEntity());
            return response.getCode();
        });
        if (status != 200) {
            throw new IllegalStateException("status " + status);
        }
    }
}
