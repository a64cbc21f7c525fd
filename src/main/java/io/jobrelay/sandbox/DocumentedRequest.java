package io.jobrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;

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
 */
record DocumentedRequest(String method, String path, String query) {
    private static final Pattern IN_README = Pattern.compile("`(GET|POST|PUT) (/[^`?\\s]*)\\??([^`\\s]*)`");

    /**
     * @throws IllegalStateException if the README gives no request
     */
    static DocumentedRequest read(Path readme) throws IOException {
        Matcher line = IN_README.matcher(Files.readString(readme));
        if (!line.find()) {
            throw new IllegalStateException(readme
                    + ": must give the request that the sandbox expects, such as `GET /v1/{project_id}/jobs/{job_id}`");
        }
        return new DocumentedRequest(line.group(1), line.group(2), line.group(3));
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
                get ? new byte[0] : Json.MAPPER.valueToTree(rest).toString().getBytes(UTF_8));
    }
}
