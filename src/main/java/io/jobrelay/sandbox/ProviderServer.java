package io.jobrelay.sandbox;

import static java.util.stream.Collectors.joining;

import io.jobrelay.sandbox.LoopbackServer.Reply;
import io.jobrelay.sandbox.SandboxProviders.Endpoint;
import io.jobrelay.signing.Credentials;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The provider behind one account: an HTTP server on the loopback interface that accepts what the account has signed, plays
 * the scenarios of its APIs to the requests that they document, and issues tokens. A request that no page documents
 * gets 404 and a text that says how it differs.
 */
final class ProviderServer implements AutoCloseable {
    private static final int KEY_BYTES = 16;

    private final String account;
    private final Seed errors;
    private final Set<String> apis = new TreeSet<>();
    private final String password = random();
    private final String token = random();
    private final Credentials keys = new Credentials("sandbox-" + random(), random(), null);
    private final ServiceAccount serviceAccount;
    private final TokenService tokens;
    private final Map<String, String> headers = new TreeMap<>();
    private final SignatureVerifier verifier;
    private final Map<Map<String, String>, Supplier<Reply>> replies = new ConcurrentHashMap<>();
    private final LongAdder accepted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LoopbackServer server = new LoopbackServer(this::reply);

    /**
     * @param account has the properties of the seed, if it brings an account with it
     * @param errors the API whose documented errors are the replies to refused requests
     */
    ProviderServer(String account, Seed errors, Clock clock) {
        this.account = account;
        this.errors = errors;
        serviceAccount = new ServiceAccount(account);
        tokens = new TokenService(account, password, serviceAccount, clock);
        String header = prefix() + "header.";
        errors.account().keySet().stream()
                .filter(key -> key.startsWith(header))
                .forEach(key -> headers.put(key, random()));
        Map<String, String> proof = new TreeMap<>();
        headers.forEach((key, value) -> proof.put(key.substring(header.length()).toLowerCase(Locale.ROOT), value));
        verifier = new SignatureVerifier(
                keys, proof, presented -> token.equals(presented) || tokens.accepts(presented), clock);
    }

    /** Replies to requests that have the parts of this one. */
    void answer(String api, ReceivedRequest documented, Supplier<Reply> reply) {
        apis.add(api);
        replies.put(documented.parts(), reply);
    }

    private Reply reply(ReceivedRequest request) {
        Optional<Reply> issued = tokens.reply(request);
        if (issued.isPresent()) {
            return issued.get();
        }
        Optional<Refusal> refusal = signs("none") ? Optional.empty() : verifier.verify(request);
        if (refusal.isPresent()) {
            refused.increment();
            return errors.refusal(refusal.get());
        }
        accepted.increment();
        Map<String, String> given = request.parts();
        return replies.entrySet().stream()
                .filter(reply -> given.entrySet().containsAll(reply.getKey().entrySet()))
                .findFirst()
                .map(reply -> reply.getValue().get())
                .orElseGet(() -> new Reply(404, Map.of(), differences(given)));
    }

    private String differences(Map<String, String> given) {
        return replies.keySet().stream()
                .map(documented -> documented.entrySet().stream()
                        .filter(part -> !part.getValue().equals(given.get(part.getKey())))
                        .map(part -> "%s must be %s, was %s"
                                .formatted(part.getKey(), part.getValue(), given.get(part.getKey())))
                        .collect(joining("; ")))
                .collect(joining("\n", "No page documents this request. One that does differs in this:\n", "\n"));
    }

    /** The endpoint and the credentials of the account. */
    Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        String prefix = prefix();
        properties.put(prefix + "endpoint", server.url());
        properties.put(prefix + "access-key", keys.accessKey());
        properties.put(prefix + "secret-key", keys.secretKey());
        // The environment may hold a token of the user's own.
        properties.put(prefix + "security-token", "");
        properties.put(prefix + "token", token);
        properties.put(prefix + "auth-url", server.url() + "/v3");
        properties.put(prefix + "token-url", server.url() + TokenService.OAUTH);
        properties.put(prefix + "client-id", account);
        properties.put(prefix + "client-secret", password);
        properties.putAll(headers);
        if (signs("google-service-account")) {
            properties.put(prefix + "key-file", keyFile());
        }
        properties.put(prefix + "user", account);
        properties.put(prefix + "password", password);
        properties.put(prefix + "domain", "sandbox");
        properties.put(prefix + "project", "sandbox");
        return properties;
    }

    /** True if the account that the seed brings with it signs so. */
    private boolean signs(String scheme) {
        return scheme.equals(errors.account().get(prefix() + "signing"));
    }

    private String keyFile() {
        try {
            return serviceAccount.keyFile().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String prefix() {
        return "jobrelay.account." + account + ".";
    }

    Endpoint endpoint() {
        return new Endpoint(account, server.url(), Collections.unmodifiableSet(apis));
    }

    /** How many requests were accepted. */
    long accepted() {
        return accepted.sum();
    }

    /** How many requests were refused for their signature or token. */
    long refused() {
        return refused.sum();
    }

    private static String random() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    @Override
    public void close() {
        server.close();
    }
}
