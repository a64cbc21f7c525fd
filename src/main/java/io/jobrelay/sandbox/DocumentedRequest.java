package io.jobrelay.sandbox;

import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.havingExactly;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.request;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;

import com.github.tomakehurst.wiremock.client.MappingBuilder;
import io.jobrelay.provider.UriTemplate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The request that an API's page documents, as the README of its seeds gives it in code marks: method, path with
 * parameters in braces, and what is fixed of the query. A parameter that is not in the path is in the query of a GET and in
 * the JSON body of any other.
 */
record DocumentedRequest(String method, String path, Map<String, String> query) {
    private static final Pattern IN_README = Pattern.compile("`(GET|POST|PUT) (/[^`?\\s]*)\\??([^`\\s]*)`");

    /**
     * @throws IllegalStateException if the README gives no request
     */
    static DocumentedRequest read(Path readme) throws IOException {
        Matcher line = IN_README.matcher(Files.readString(readme));
        if (!line.find()) {
            throw new IllegalStateException(
                    readme
                            + ": must give the request that the sandbox waits for, such as `GET /v1/{project_id}/jobs/{job_id}`");
        }
        Map<String, String> query = new TreeMap<>();
        for (String pair : line.group(3).split("&", -1)) {
            if (!pair.isEmpty()) {
                query.put(pair.substring(0, pair.indexOf('=')), pair.substring(pair.indexOf('=') + 1));
            }
        }
        return new DocumentedRequest(line.group(1), line.group(2), query);
    }

    /** What only this request with these parameters matches. */
    MappingBuilder matching(Map<String, Object> parameters) {
        MappingBuilder match = request(method, urlPathEqualTo(new UriTemplate(path).expand(parameters::get)));
        query.forEach((name, value) -> match.withQueryParam(name, equalTo(value)));
        parameters.forEach((name, value) -> {
            if (path.contains("{" + name + "}")) {
                return;
            }
            if (!method.equals("GET")) {
                match.withRequestBody(matchingJsonPath("$['" + name + "']", equalTo(value.toString())));
            } else if (value instanceof List<?> list) {
                match.withQueryParam(
                        name, havingExactly(list.stream().map(Object::toString).toArray(String[]::new)));
            } else {
                match.withQueryParam(name, equalTo(value.toString()));
            }
        });
        return match;
    }
}
