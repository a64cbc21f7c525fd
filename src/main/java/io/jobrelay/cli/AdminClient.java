package io.jobrelay.cli;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jobrelay.job.Json;
import io.jobrelay.provider.UriTemplate;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A client of the API that {@code docs/api.md} describes. Follows no redirect, so that the token goes nowhere else, and when
 * it is throttled waits and tries again. Failures are {@link ApiException}s.
 */
final class AdminClient {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(30);
    private static final int LARGEST_PAGE = 1_000;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int MOST_RETRIES = 10;
    private static final long LONGEST_WAIT_SECONDS = 30;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT_TIMEOUT)
            .build();
    private final String url;
    private final @Nullable String token;

    /**
     * @param url such as {@code http://127.0.0.1:8080}
     * @param token its {@code jobrelay.http.token}, null where it has none
     */
    AdminClient(URI url, @Nullable String token) {
        this.url = requireNonNull(url, "url is null").toString().replaceFirst("/+$", "");
        this.token = token;
    }

    /**
     * The beginning of a list.
     *
     * @param more true if it goes on
     */
    record Listing(List<JsonNode> items, boolean more) {
        Listing {
            items = List.copyOf(items);
        }
    }

    /**
     * Makes sure that the server is the Jobrelay of that directory.
     *
     * @throws ApiException as if nothing answered, if it is another one
     */
    AdminClient of(Path directory) {
        String there = get("/api/reload").path("directory").asText();
        if (!there.equals(directory.toString())) {
            throw ApiException.unreachable("at %s answers the Jobrelay of %s".formatted(url, there));
        }
        return this;
    }

    JsonNode get(String path) {
        return send("GET", path, null);
    }

    JsonNode post(String path, @Nullable JsonNode body) {
        return send("POST", path, body);
    }

    void delete(String path) {
        send("DELETE", path, null);
    }

    /** A list that has no pages: {@code /api/<name>}. */
    List<JsonNode> all(String name) {
        return get("/api/" + name).path(name).valueStream().toList();
    }

    /**
     * Reads a list page by page.
     *
     * @param query the value of each parameter: a text, a list of texts for a repeated one, null for none
     * @param member the member of a page that holds its items
     * @param most how many items at most
     */
    Listing list(String path, Map<String, ? extends @Nullable Object> query, String member, int most) {
        List<JsonNode> items = new ArrayList<>();
        Map<String, @Nullable Object> parameters = new TreeMap<>(query);
        parameters.put("limit", null);
        parameters.put("cursor", null);
        UriTemplate template = new UriTemplate(path + "{?" + String.join("*,", parameters.keySet()) + "*}");
        boolean more;
        do {
            parameters.put("limit", Math.min(most - items.size(), LARGEST_PAGE));
            JsonNode page = get(template.expand(parameters::get));
            page.path(member).forEach(items::add);
            more = page.path("next").isTextual();
            parameters.put("cursor", page.path("next").asText());
        } while (more && items.size() < most);
        return new Listing(items, more);
    }

    private JsonNode send(String method, String path, @Nullable JsonNode body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(REPLY_TIMEOUT)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return document(send(request.build()));
    }

    private HttpResponse<byte[]> send(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            for (int retry = 0; response.statusCode() == TOO_MANY_REQUESTS && retry < MOST_RETRIES; retry++) {
                long wait = response.headers().firstValueAsLong("Retry-After").orElse(1);
                TimeUnit.SECONDS.sleep(Math.min(wait, LONGEST_WAIT_SECONDS));
                response = client.send(request, BodyHandlers.ofByteArray());
            }
            return response;
        } catch (HttpTimeoutException e) {
            throw ApiException.unreachable("%s does not answer in time".formatted(url));
        } catch (ConnectException e) {
            boolean unknown = Stream.<@Nullable Throwable>iterate(e, Objects::nonNull, Throwable::getCause)
                    .anyMatch(UnresolvedAddressException.class::isInstance);
            throw ApiException.unreachable(unknown ? "unknown host: " + url : "nothing answers at " + url);
        } catch (IOException e) {
            throw ApiException.unreachable("%s sends no valid reply (%s)".formatted(url, e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw ApiException.unreachable("interrupted while waiting for %s".formatted(url));
        }
    }

    /** The document of a good reply; missing where it has none. */
    private JsonNode document(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status == 401) {
            throw new ApiException(
                    status,
                    "%s: %s; set JOBRELAY_HTTP_TOKEN to its jobrelay.http.token"
                            .formatted(url, token == null ? "wants a token" : "the token is not the right one"));
        }
        JsonNode document = json(response.body());
        if (status >= 300 && document.path("detail").isTextual()) {
            throw ApiException.of(status, document);
        }
        if (status >= 300 || (status != 204 && !document.isObject())) {
            throw new ApiException(
                    status, "%s is no Jobrelay: it answers with HTTP status %d and no document".formatted(url, status));
        }
        return document;
    }

    private static JsonNode json(byte[] body) {
        try {
            return Json.MAPPER.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }
}
