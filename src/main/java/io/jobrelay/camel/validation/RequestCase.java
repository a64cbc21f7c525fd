package io.jobrelay.camel.validation;

import static io.jobrelay.camel.validation.TestProblems.names;
import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.account.Account;
import io.jobrelay.job.Json;
import io.jobrelay.watch.Watch;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** A watch, and the request that must go out for it. */
record RequestCase(DryRun dryRun, RequestPreview requests, TestProblems problems) {
    static final Set<String> MEMBERS = Set.of("name", "watch", "request");
    private static final Set<String> REQUEST = Set.of("method", "url", "headers", "body");

    /** What runs the case; it may be run if there was no problem. */
    Runnable read(YamlNode item) {
        problems.requireMembers(item, "", MEMBERS);
        Optional<YamlNode> request =
                problems.required(item, "request", "what of it is compared: method, url, headers, body");
        request.ifPresent(written -> problems.requireMembers(written, "request", REQUEST));
        Optional<Watch> watch = SeedWatch.ofCase(item, Optional.empty(), dryRun.watchFileReader(), problems);
        return () -> request.ifPresent(written -> watch.ifPresent(asked -> compareRequest(written, asked)));
    }

    private void compareRequest(YamlNode expected, Watch watch) {
        Account account =
                requireNonNull(dryRun.settings().accounts().get(watch.account()), "a valid watch has a known account");
        List<RequestPreview.Request> sent = requests.requests(watch, account);
        if (sent.isEmpty()) {
            problems.add(
                    expected.line(), "request", "nothing is sent, the route of %s ends before".formatted(watch.api()));
            return;
        }
        // What comes before it obtains a token.
        RequestPreview.Request request = sent.get(sent.size() - 1);
        String url = request.url();
        String endpoint = account.endpoint().toString().replaceFirst("/$", "");
        if (expected.text("url").startsWith("/") && url.startsWith(endpoint)) {
            url = url.substring(endpoint.length());
        }
        ObjectNode given =
                Json.MAPPER.createObjectNode().put("method", request.method()).put("url", url);
        ObjectNode written = expected.toJson().deepCopy();
        expected.member("headers").ifPresent(headers -> {
            written.set("headers", headers.toTexts());
            given.set("headers", headers(request, headers.members().keySet()));
        });
        if (!request.body().isEmpty()) {
            given.set("body", json(request.body()));
        }
        problems.compare("request", expected, written, given);
    }

    private static ObjectNode headers(RequestPreview.Request request, Set<String> names) {
        ObjectNode headers = Json.MAPPER.createObjectNode();
        names.forEach(name -> request.headers().stream()
                .filter(header -> header.name().equalsIgnoreCase(name))
                .forEach(header -> headers.put(name, header.value())));
        return headers;
    }

    /** The text as JSON, or itself where it is none. */
    private static JsonNode json(String text) {
        try {
            return Json.MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            return Json.MAPPER.getNodeFactory().textNode(text);
        }
    }
}
