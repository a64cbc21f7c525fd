package io.jobrelay.security;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.jsonResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.ok;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.status;
import static com.github.tomakehurst.wiremock.client.WireMock.temporaryRedirect;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toMap;

import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.http.Request;
import com.github.tomakehurst.wiremock.http.RequestMethod;
import io.jobrelay.job.Json;
import io.jobrelay.testbed.StubServer;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A provider, an identity service and a receiver of webhooks that say back all they know: what they were sent, and the
 * secrets of the account, in every form. How a job's request is answered is in the name of the job.
 */
final class EchoingCloud implements AutoCloseable {
    static final List<String> ANSWERS =
            List.of("good", "failed", "refused", "malformed", "broken", "unmapped", "redirect", "cut", "proxy");

    private final StubServer server = new StubServer();
    private final List<String> secrets;
    private final String token;
    private volatile int receipt = 204;

    EchoingCloud(List<String> secrets, String token) {
        this.secrets = secrets;
        this.token = token;
        server.replies(event -> reply(event.getRequest()).build());
    }

    String url() {
        return server.baseUrl();
    }

    /** How often a job was asked for with the answer of this name. */
    long asked(String answer) {
        return server.asked(answer + "-.*");
    }

    int received() {
        return server.hooks().size();
    }

    /** All that came in with webhooks; their address is a secret itself. */
    String webhooks() {
        return server.hooks().stream()
                .map(hook -> hook.getHeaders() + hook.getBodyAsString())
                .collect(joining("\n"));
    }

    void receipt(int status) {
        receipt = status;
    }

    @Override
    public String toString() {
        return "received " + received() + ", asked for "
                + ANSWERS.stream().collect(toMap(answer -> answer, this::asked));
    }

    private String everything(Request request) {
        StringBuilder all = new StringBuilder();
        List<String> known = new ArrayList<>(secrets);
        // A token is a secret from when it was given: whoever echoes it has been sent it.
        if (request.containsHeader("X-Auth-Token")) {
            known.add(request.getHeader("X-Auth-Token"));
        }
        for (String secret : known) {
            byte[] bytes = secret.getBytes(UTF_8);
            all.append(" plain ").append(secret);
            all.append(" url ").append(URLEncoder.encode(secret, UTF_8));
            all.append(" hex ").append(HexFormat.of().formatHex(bytes));
            for (String before : List.of("", "u", "us")) {
                all.append(" base64 ")
                        .append(Base64.getEncoder().encodeToString((before + secret + ":x").getBytes(UTF_8)));
                all.append(" url64 ").append(Base64.getUrlEncoder().encodeToString((before + secret).getBytes(UTF_8)));
            }
        }
        request.getHeaders()
                .all()
                .forEach(header -> all.append(' ').append(header.key()).append(header.values()));
        return all.toString();
    }

    private ResponseDefinitionBuilder reply(Request request) {
        String echo = everything(request);
        return request.getMethod().equals(RequestMethod.GET)
                ? job(request.getUrl().replaceFirst(".*/", ""), echo)
                        .withHeader("X-Echo", echo.replaceAll("[\\r\\n]", " "))
                : request.getUrl().startsWith("/v3/")
                        ? login(request.getBodyAsString())
                        : status(receipt)
                                .withHeader("X-Echo", echo)
                                .withHeader("Location", request.getUrl())
                                .withBody(receipt == 204 ? null : echo);
    }

    private ResponseDefinitionBuilder job(String job, String echo) {
        String answer = job.replaceFirst("-.*", "");
        return switch (answer) {
            case "good", "failed" -> {
                Map<String, Object> members = new LinkedHashMap<>();
                members.put("project_id", "p");
                members.put("job_id", job);
                members.put(
                        "job_status",
                        answer.equals("failed") ? "FAILED" : asked(answer) % 2 == 0 ? "RUNNING" : "CHANGED");
                members.put("job_name", "echo of " + echo);
                members.put("job_description", echo);
                members.put(secrets.get(0), secrets);
                String json = Json.write(Map.of("is_success", true, "job", members));
                yield okJson(json.replace("/", "\\/").replace("+", "\\u002B"));
            }
            case "refused" -> jsonResponse(Json.write(Map.of("error_code", echo, "error_msg", echo)), 401);
            case "malformed" -> ok("<p>" + echo).withHeader("Content-Type", "text/html; echo=" + secrets.get(0));
            case "broken" -> okJson("{\"job\": " + secrets.get(0) + echo);
            case "unmapped" ->
                okJson(Json.write(Map.of("is_success", true, "job", Map.of("job_id", secrets, "job_status", echo))));
            case "redirect" ->
                temporaryRedirect(url() + "/v1/?key=" + secrets.get(0)).withBody(echo);
            case "proxy" -> status(502).withBody(echo);
            default -> aResponse().withFault(Fault.EMPTY_RESPONSE); // cut
        };
    }

    private ResponseDefinitionBuilder login(String asked) {
        return asked.contains("nobody")
                ? jsonResponse(Json.write(Map.of("error", Map.of("code", 401, "message", "asked with " + asked))), 401)
                : jsonResponse(
                                Json.write(
                                        Map.of("token", Map.of("expires_at", "2099-01-01T00:00:00Z", "asked", asked))),
                                201)
                        .withHeader("X-Subject-Token", token);
    }

    @Override
    public void close() {
        server.close();
    }
}
