package io.jobrelay.sandbox;

import io.jobrelay.sandbox.Seed.SeedWatch;
import io.jobrelay.signing.Credentials;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The clouds of the sandbox: an HTTP server for each account that the seeds name, which plays {@code seeds/} and checks
 * every signature. Whoever has {@link #properties} can talk to them, in this process or another. Each watch of the seeds has
 * one life, which begins with its first poll.
 */
public final class SandboxProviders implements AutoCloseable {
    /** The first job ends after this part of the life, the last at its end. */
    private static final double FIRST_END = 0.6;

    private static final int KEY_BYTES = 16;

    private final Path seeds;
    private final SortedMap<String, Provider> providers = new TreeMap<>();
    private final List<Served> journal = new CopyOnWriteArrayList<>();

    private record Provider(ProviderServer server, Map<String, String> properties, Set<String> apis) {}

    /** Where an account is asked, and for what. */
    public record Endpoint(String account, String url, Set<String> apis) {}

    /**
     * A step in the life of what a watch looks at.
     *
     * @param api the folder in {@code seeds/}
     * @param reply the file in its {@code replies/}, and in its {@code records/} what that must become
     * @param at when it was first served
     */
    public record Served(String api, String reply, Instant at) {}

    private SandboxProviders(Path seeds) {
        this.seeds = seeds;
    }

    /**
     * Starts the providers.
     *
     * @param seeds the folder of the APIs' folders
     * @param life from the first poll to the end of the job that ends last; the others end earlier
     * @throws IllegalStateException if there is nothing in {@code seeds} to play
     */
    public static SandboxProviders start(Path seeds, Clock clock, Duration life) throws IOException {
        List<Seed> all = Files.isDirectory(seeds) ? Seed.readAll(seeds) : List.of();
        if (all.isEmpty()) {
            throw new IllegalStateException("there is nothing to play in " + seeds.toAbsolutePath()
                    + ": 'jobrelay init' copies what it came with; each provider API has a folder with watch.yaml, replies/"
                    + " and records/");
        }
        SandboxProviders providers = new SandboxProviders(seeds);
        for (int i = 0; i < all.size(); i++) {
            double part = FIRST_END + (1 - FIRST_END) * (i + 1) / all.size();
            providers.play(all.get(i), clock, Duration.ofMillis(Math.round(life.toMillis() * part)));
        }
        return providers;
    }

    private void play(Seed seed, Clock clock, Duration life) {
        for (SeedWatch watch : seed.watches()) {
            Play play = new Play(
                    seed.replies(), life, clock, (reply, at) -> journal.add(new Served(seed.api(), reply, at)));
            Provider provider = providers.computeIfAbsent(watch.account(), account -> provider(account, seed, clock));
            provider.apis().add(seed.api());
            provider.server().answer(seed.request().matching(watch.parameters()), request -> seed.reply(play.reply()));
        }
    }

    private static Provider provider(String account, Seed voice, Clock clock) {
        Credentials keys = new Credentials("sandbox-" + random(), random(), null);
        String password = random();
        KeystoneService keystone = new KeystoneService(account, password, clock);
        ProviderServer server = new ProviderServer(voice, new SignatureCheck(keys, keystone::accepts, clock), keystone);
        return new Provider(server, properties(account, server.url(), keys, password), new TreeSet<>());
    }

    private static Map<String, String> properties(String account, String url, Credentials keys, String password) {
        Map<String, String> properties = new LinkedHashMap<>();
        String prefix = "jobrelay.account." + account + ".";
        properties.put(prefix + "endpoint", url);
        properties.put(prefix + "access-key", keys.accessKey());
        properties.put(prefix + "secret-key", keys.secretKey());
        // A user's own token, if the environment has one, stays out of the game.
        properties.put(prefix + "security-token", "");
        properties.put(prefix + "auth-url", url + "/v3");
        properties.put(prefix + "user", account);
        properties.put(prefix + "password", password);
        properties.put(prefix + "domain", "sandbox");
        properties.put(prefix + "project", "sandbox");
        return properties;
    }

    private static String random() {
        byte[] bytes = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    /** Where the accounts are asked, what they sign with, and what there is to watch: to override a Jobrelay's own with. */
    public Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("jobrelay.watches", seeds + "/*/watch.yaml");
        providers.values().forEach(provider -> properties.putAll(provider.properties()));
        return properties;
    }

    /** What has been served so far, in order. */
    public List<Served> journal() {
        return List.copyOf(journal);
    }

    /** By account. */
    public List<Endpoint> endpoints() {
        return providers.entrySet().stream()
                .map(provider -> new Endpoint(
                        provider.getKey(),
                        provider.getValue().server().url(),
                        Set.copyOf(provider.getValue().apis())))
                .toList();
    }

    /** How many requests were let in, since their signature or token was good. */
    public long letIn() {
        return providers.values().stream()
                .mapToLong(provider -> provider.server().let())
                .sum();
    }

    /** How many requests were refused, since their signature or token was not. */
    public long refused() {
        return providers.values().stream()
                .mapToLong(provider -> provider.server().refused())
                .sum();
    }

    @Override
    public void close() {
        providers.values().forEach(provider -> provider.server().close());
    }
}
