package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNullElse;

import io.jobrelay.job.Json;
import io.jobrelay.provider.UriTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The request that an API's page documents, as the README of its seeds quotes it: method, path with parameters in braces, and
 * the fixed part of the query. A parameter that is not in the path is in the query of a GET and in the JSON body of any other
 * method.
 *
 * @param body JSON with parameters in braces, where the parameters are not its members; empty elsewhere
 */
record DocumentedRequest(String method, String path, String query, String body) {
    private static final Pattern IN_README =
            Pattern.compile("`(GET|POST|PUT) (/[^`?\\s]*)\\??([^`\\s]*)`(?:, body `([^`]+)`)?");

    /**
     * @throws IllegalStateException if the README gives no request
     */
    static DocumentedRequest read(Path readme) throws IOException {
        Matcher line = IN_README.matcher(Files.readString(readme));
        if (!line.find()) {
            throw new IllegalStateException(readme
                    + ": must give the request that the sandbox expects, such as `GET /v1/{project_id}/jobs/{job_id}`");
        }
        return new DocumentedRequest(
                line.group(1), line.group(2), line.group(3), requireNonNullElse(line.group(4), ""));
    }

    /** The request with these parameters. */
    ReceivedRequest with(Map<String, Object> parameters) {
        Map<String, Object> rest = new TreeMap<>(parameters);
        rest.keySet().removeIf(name -> path.contains("{" + name + "}"));
        boolean get = method.equals("GET");
        String more = get && !rest.isEmpty() ? "{&" + String.join("*,", rest.keySet()) + "*}" : "";
        return new ReceivedRequest(
                method,
                new UriTemplate(path).expand(parameters::get),
                new UriTemplate(query + more).expand(rest::get),
                Map.of(),
                get ? new byte[0] : body(rest).getBytes(UTF_8));
    }

    private String body(Map<String, Object> parameters) {
        String filled = body;
        for (Map.Entry<String, Object> parameter : parameters.entrySet()) {
            filled = filled.replace(
                    "{" + parameter.getKey() + "}", parameter.getValue().toString());
        }
        return body.isEmpty() ? Json.MAPPER.valueToTree(parameters).toString() : filled;
    }
}
