package io.jobrelay.camel.validation;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.camel.watches.Poll;
import io.jobrelay.secrets.SecretProperties;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.watch.ProviderApi;
import io.jobrelay.watch.Watch;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.ProducerTemplate;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.http.message.BasicClassicHttpResponse;

/**
 * Tells which request would go out for a watch: made by the provider's own route and signed, and then not sent. The account
 * has {@code ***} for its keys before the request is made, so there is none in it; a signature by these is masked too, and
 * so is every other secret that the route puts into the request.
 */
public final class RequestPreview {
    private static final String MASK = Secrets.MASK;
    private static final String UNKNOWN_URL = "https://auth-url.invalid/v3";
    private static final Pattern SIGNATURE =
            Pattern.compile("(?<=Signature=)\\p{XDigit}+|(?<=^bce-auth-v1/.{0,900}/)\\p{XDigit}+$");
    private static final Pattern SIGNED =
            Pattern.compile("SignedHeaders=([^,\\s]*)|^bce-auth-v1/[^/]*/[^/]*/[^/]*/([^/]*)/");

    private final DryRun dryRun;
    private final ProducerTemplate template;
    private final List<Request> noted = new ArrayList<>();

    /**
     * A request as it would go out.
     *
     * @param headers those that Jobrelay sets, and Host
     * @param body empty if it has none
     */
    public record Request(String method, String url, List<Header> headers, String body) {
        public Request {
            headers = List.copyOf(headers);
        }
    }

    /** A header, and whether the signature covers it. */
    public record Header(String name, String value, boolean signed) {}

    /** @param dryRun has built its routes; what could not be built sends nothing */
    public RequestPreview(DryRun dryRun) {
        this.dryRun = dryRun;
        template = dryRun.context().createProducerTemplate();
    }

    /**
     * The requests for the first page of what the watch asks: one, and before it that for a token where one is needed. None
     * if the route ends before it asks.
     *
     * @param account the watch's
     */
    public List<Request> requests(Watch watch, Account account) {
        return requests("direct:" + watch.api(), Poll.of(watch), account);
    }

    /** The request for the first page of a batched poll of this watch and others; none if there are no such polls. */
    public List<Request> batchedRequests(Watch watch, Account account) {
        ProviderApi api = dryRun.providers().apis().get(watch.api());
        if (api == null || !account.batchedPolls()) {
            return List.of();
        }
        return api.common(watch)
                .map(common -> Poll.batched(api, common, List.of()))
                .map(poll -> requests("direct:" + watch.api() + "-pages", poll, account))
                .orElse(List.of());
    }

    private List<Request> requests(String route, Poll poll, Account account) {
        noted.clear();
        Account masked = masked(account);
        dryRun.client().set(request -> note(request, masked));
        dryRun.startDirectRoutes();
        // How it ends does not matter: it always fails where the answer would come.
        template.request(route, exchange -> poll.begin(exchange, masked));
        return List.copyOf(noted);
    }

    private static Account masked(Account account) {
        Map<String, String> proof = new HashMap<>(account.proof());
        for (String need : account.signing().needs()) {
            proof.putIfAbsent(need.replaceFirst(Signing.OR + ".*", ""), need.endsWith("-url") ? UNKNOWN_URL : MASK);
        }
        proof.putIfAbsent("token", MASK);
        proof.replaceAll((key, value) -> SecretProperties.isSecret(key) ? MASK : value);
        return new Account(
                account.name(),
                account.endpoint(),
                // Its key is in a file, which is not read here.
                account.signing() == Signing.GOOGLE_SERVICE_ACCOUNT ? Signing.BEARER : account.signing(),
                proof,
                account.requestsPerSecond(),
                account.timeZone(),
                account.batchedPolls());
    }

    private ClassicHttpResponse note(ClassicHttpRequest request, Account account) throws IOException {
        Request noticed = request(request);
        noted.add(noticed);
        if (Stream.of("token-url", "auth-url")
                .flatMap(key -> account.given(key).stream())
                .anyMatch(noticed.url()::startsWith)) {
            return token();
        }
        throw new IOException("noted, and not sent");
    }

    private static ClassicHttpResponse token() {
        ClassicHttpResponse response = new BasicClassicHttpResponse(201);
        response.setHeader("X-Subject-Token", MASK);
        response.setEntity(new StringEntity(
                "{\"token\": {\"expires_at\": \"9999-12-31T23:59:59Z\"}, \"access_token\": \"%s\"}".formatted(MASK),
                ContentType.APPLICATION_JSON));
        return response;
    }

    private Request request(ClassicHttpRequest request) throws IOException {
        List<String> signed = new ArrayList<>();
        List<Header> headers = new ArrayList<>();
        for (var header : request.getHeaders()) {
            if (header.getName().equalsIgnoreCase("Authorization")) {
                signed.addAll(signed(header.getValue()));
            }
        }
        headers.add(header("Host", String.valueOf(request.getAuthority()), signed));
        for (var header : request.getHeaders()) {
            headers.add(header(header.getName(), header.getValue(), signed));
        }
        HttpEntity entity = request.getEntity();
        if (entity != null && entity.getContentType() != null && !request.containsHeader("Content-Type")) {
            headers.add(header("Content-Type", entity.getContentType(), signed));
        }
        try {
            return new Request(request.getMethod(), mask(request.getUri().toString()), headers, mask(body(entity)));
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    private Header header(String name, String value, List<String> signed) {
        return new Header(
                mask(name),
                mask(SIGNATURE.matcher(value).replaceAll(Matcher.quoteReplacement(MASK))),
                signed.contains(name.toLowerCase(Locale.ROOT)));
    }

    private String mask(String text) {
        return dryRun.secrets().mask(text);
    }

    private static List<String> signed(String authorization) {
        Matcher names = SIGNED.matcher(authorization);
        if (!names.find()) {
            return List.of();
        }
        return Arrays.asList((names.group(1) == null ? names.group(2) : names.group(1)).split(";"));
    }

    private static String body(HttpEntity entity) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (entity != null) {
            entity.writeTo(bytes);
        }
        return bytes.toString(UTF_8);
    }
}
