package io.jobrelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.jobrelay.cli.ApiException.Reason;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A running Jobrelay, asked as {@code docs/api.md} says. Follows no redirect, so that the token goes nowhere else; waits and
 * asks again where it is asked too fast. What fails is an {@link ApiException}.
 */
public final class Api {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int LARGEST_PAGE = 1_000;
    private static final int TOO_FAST = 429;
    private static final int PATIENCE = 10;
    private static final long LONGEST_WAIT_SECONDS = 30;

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();
    private final String url;
    private final @Nullable String token;

    /**
     * @param url such as {@code http://127.0.0.1:8080}
     * @param token what its {@code jobrelay.http.token} is, null where it has none
     */
    public Api(URI url, @Nullable String token) {
        this.url = requireNonNull(url, "url is null").toString().replaceFirst("/+$", "");
        this.token = token;
    }

    /** A part of a path: everything but letters, digits and a few marks is encoded, slashes too. */
    public static String part(String text) {
        return URLEncoder.encode(text, UTF_8).replace("+", "%20");
    }

    /**
     * The beginning of a list.
     *
     * @param more true if it goes on
     */
    public record Listing(List<JsonNode> items, boolean more) {
        public Listing {
            items = List.copyOf(items);
        }
    }

    /**
     * Makes sure that it is the Jobrelay of that directory.
     *
     * @throws ApiException if another one answers, which is then as good as none
     */
    public Api of(Path directory) {
        String there = get("/api/reload").path("directory").asText();
        if (!there.equals(directory.toString())) {
            throw unreachable("at %s answers the Jobrelay of %s".formatted(url, there));
        }
        return this;
    }

    /** What is at the path. */
    public JsonNode get(String path) {
        return ask("GET", path, null);
    }

    /** What came of it. */
    public JsonNode post(String path, @Nullable JsonNode body) {
        return ask("POST", path, body);
    }

    public void delete(String path) {
        ask("DELETE", path, null);
    }

    /**
     * Goes through a list, page by page.
     *
     * @param query the value of each parameter, a list where it is given several times
     * @param member the member of a page that holds its items
     * @param most how many items at most
     */
    public Listing list(String path, Map<String, ?> query, String member, int most) {
        List<JsonNode> items = new ArrayList<>();
        Map<String, Object> parameters = new LinkedHashMap<>(new TreeMap<>(query));
        boolean more;
        do {
            parameters.put("limit", Math.min(most - items.size(), LARGEST_PAGE));
            JsonNode page = get(path + "?" + encoded(parameters));
            page.path(member).forEach(items::add);
            more = page.path("next").isTextual();
            parameters.put("cursor", page.path("next").asText());
        } while (more && items.size() < most);
        return new Listing(items, more);
    }

    private static String encoded(Map<String, Object> parameters) {
        return parameters.entrySet().stream()
                .flatMap(parameter -> Stream.of(parameter.getValue())
                        .flatMap(value -> value instanceof Collection<?> several ? several.stream() : Stream.of(value))
                        .map(value -> part(parameter.getKey()) + "=" + part(value.toString())))
                .collect(joining("&"));
    }

    private JsonNode ask(String method, String path, @Nullable JsonNode body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(ANSWER)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.write(body)));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return read(send(request.build()));
    }

    private HttpResponse<byte[]> send(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = client.send(request, BodyHandlers.ofByteArray());
            for (int i = 0; response.statusCode() == TOO_FAST && i < PATIENCE; i++) {
                TimeUnit.SECONDS.sleep(Math.min(
                        LONGEST_WAIT_SECONDS,
                        response.headers().firstValueAsLong("Retry-After").orElse(1)));
                response = client.send(request, BodyHandlers.ofByteArray());
            }
            return response;
        } catch (HttpTimeoutException e) {
            throw unreachable("%s does not answer in time".formatted(url));
        } catch (ConnectException e) {
            throw unreachable(isUnknown(e) ? "nobody knows the host of " + url : "nothing answers at " + url);
        } catch (IOException e) {
            throw unreachable("%s gives no answer (%s)".formatted(url, e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable("%s was not waited for".formatted(url));
        }
    }

    private static boolean isUnknown(Throwable failure) {
        return failure instanceof UnresolvedAddressException
                || (failure.getCause() != null && isUnknown(failure.getCause()));
    }

    private JsonNode read(HttpResponse<byte[]> response) {
        int status = response.statusCode();
        if (status == 401) {
            throw new ApiException(
                    Reason.REFUSED,
                    "%s: %s; set JOBRELAY_HTTP_TOKEN to its jobrelay.http.token"
                            .formatted(url, token == null ? "wants a token" : "the token is not the right one"));
        }
        JsonNode body = json(response.body());
        if (status >= 300 && body.path("detail").isTextual()) {
            throw ApiException.of(status, body);
        }
        if (status >= 300 || (status != 204 && !body.isObject())) {
            throw new ApiException(
                    Reason.REFUSED,
                    "%s is no Jobrelay: it answers with HTTP status %d and no document".formatted(url, status));
        }
        return body;
    }

    /** Missing where there is none. */
    private static JsonNode json(byte[] body) {
        try {
            return body.length == 0 ? MissingNode.getInstance() : Json.MAPPER.readTree(body);
        } catch (IOException e) {
            return MissingNode.getInstance();
        }
    }

    private static ApiException unreachable(String why) {
        return new ApiException(Reason.UNREACHABLE, why);
    }
}
