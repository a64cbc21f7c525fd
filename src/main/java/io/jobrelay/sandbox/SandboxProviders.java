package io.jobrelay.sandbox;

import static java.util.stream.Collectors.joining;

import io.jobrelay.sandbox.Seed.SeedWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The clouds of the sandbox: an HTTP server for each account that the seeds name, which plays {@code seeds/} and verifies
 * every signature. Clients in this or another process configure themselves by {@link #properties}. Each watch of the seeds
 * has one scenario, which starts with its first poll.
 */
public final class SandboxProviders implements AutoCloseable {
    /** The first job ends after this part of the duration, the last at its end. */
    private static final double FIRST_END = 0.6;

    private final List<Seed> seeds;
    private final SortedMap<String, ProviderServer> providers = new TreeMap<>();
    private final List<Served> journal = new CopyOnWriteArrayList<>();

    /** The endpoint of an account, and its APIs. */
    public record Endpoint(String account, String url, Set<String> apis) {}

    /**
     * A step of a scenario.
     *
     * @param api the folder in {@code seeds/}
     * @param reply the file in its {@code replies/}; the one of that name in {@code records/} is what it must become
     * @param at when it was first served
     */
    public record Served(String api, String reply, Instant at) {}

    private SandboxProviders(List<Seed> seeds) {
        this.seeds = seeds;
    }

    /** Starts those without an {@code account.properties}, whose accounts are shipped; or all where there are none. */
    public static SandboxProviders start(Path seeds, Clock clock, Duration duration) throws IOException {
        return start(seeds, clock, duration, false);
    }

    /**
     * Starts the providers.
     *
     * @param seeds the folder of the APIs' folders
     * @param duration from the first poll to the end of the job that ends last; the others end earlier
     * @param everything those too that bring their account with them, as {@code account.properties}
     * @throws IllegalStateException if there is nothing in {@code seeds} to play
     */
    public static SandboxProviders start(Path seeds, Clock clock, Duration duration, boolean everything)
            throws IOException {
        List<Seed> all = Files.isDirectory(seeds) ? Seed.readAll(seeds) : List.of();
        List<Seed> shipped =
                all.stream().filter(seed -> seed.account().isEmpty()).toList();
        if (!everything && !shipped.isEmpty()) {
            all = shipped;
        }
        if (all.isEmpty()) {
            throw new IllegalStateException("there is nothing to play in " + seeds.toAbsolutePath()
                    + ": 'jobrelay init' copies what it came with; each provider API has a folder with watch.yaml, replies/"
                    + " and records/");
        }
        SandboxProviders providers = new SandboxProviders(all);
        for (int i = 0; i < all.size(); i++) {
            double part = FIRST_END + (1 - FIRST_END) * (i + 1) / all.size();
            providers.play(all.get(i), clock, Duration.ofMillis(Math.round(duration.toMillis() * part)));
        }
        return providers;
    }

    private void play(Seed seed, Clock clock, Duration duration) {
        for (SeedWatch watch : seed.watches()) {
            Scenario scenario = new Scenario(
                    seed.replies(), duration, clock, (reply, at) -> journal.add(new Served(seed.api(), reply, at)));
            providers
                    .computeIfAbsent(watch.account(), account -> new ProviderServer(account, seed, clock))
                    .answer(seed.api(), seed.request().with(watch.parameters()), () -> seed.reply(scenario.reply()));
        }
    }

    /** The endpoints and credentials of the accounts, and the watches; they override the properties of a Jobrelay. */
    public Map<String, String> properties() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put(
                "jobrelay.watches",
                seeds.stream().map(seed -> seed.folder() + "/watch.yaml").collect(joining(",")));
        seeds.forEach(seed -> properties.putAll(seed.account()));
        providers.values().forEach(provider -> properties.putAll(provider.properties()));
        return properties;
    }

    /** What was served so far, in order. */
    public List<Served> journal() {
        return List.copyOf(journal);
    }

    /** Sorted by account. */
    public List<Endpoint> endpoints() {
        return providers.values().stream().map(ProviderServer::endpoint).toList();
    }

    /** How many requests were accepted, by their signature or token. */
    public long accepted() {
        return providers.values().stream().mapToLong(ProviderServer::accepted).sum();
    }

    /** How many requests were refused, by their signature or token. */
    public long refused() {
        return providers.values().stream().mapToLong(ProviderServer::refused).sum();
    }

    @Override
    public void close() {
        providers.values().forEach(ProviderServer::close);
    }
}
