package io.jobrelay.api;

import io.jobrelay.signing.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@code /}: the page for people, which asks the API as any client does. Its files hold nothing that is secret, so they are
 * given without a token; a browser asks anew for each whether it is still that one, so that an upgrade shows at once.
 */
final class PageResource {
    private static final Map<String, String> TYPES =
            Map.of("html", "text/html", "css", "text/css", "js", "text/javascript", "svg", "image/svg+xml");

    void addTo(Routes routes) {
        routes.getFile("/", request -> file(request, "index.html"));
        routes.getFile("/page/{file}", request -> file(request, request.part("file")));
    }

    private static Reply file(Request request, String name) {
        String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        byte[] content = type != null && name.matches("[a-z-]+\\.[a-z]+") ? content(name) : null;
        if (content == null) {
            throw RefusedException.of(404, "the page has no file '%s'".formatted(name));
        }
        String tag = "\"" + Digests.sha256Hex(content) + "\"";
        Reply reply = request.has(tag) ? Reply.empty(304) : new Reply(200, type + "; charset=utf-8", content);
        return reply.with("ETag", tag).with("Cache-Control", "no-cache");
    }

    private static byte @Nullable [] content(String name) {
        try (InputStream file = PageResource.class.getResourceAsStream("/page/" + name)) {
            return file == null ? null : file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
