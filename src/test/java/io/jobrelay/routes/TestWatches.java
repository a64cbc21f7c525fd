package io.jobrelay.routes;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.jobrelay.camel.Relay;
import io.jobrelay.job.JobRecord;
import io.jobrelay.provider.PollFailedException;
import io.jobrelay.provider.PollFailure;
import io.jobrelay.watch.Watch;
import io.jobrelay.watch.WatchReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** The accounts of {@code application.properties} with an endpoint and keys of a test, and watches that use them. */
final class TestWatches {
    private static final Set<String> TOKEN_SCHEMES =
            Set.of("oauth2-client-credentials", "password-token", "google-service-account");

    static final String ACCESS_KEY = "TESTACCESSKEY0000001";
    static final String SECRET_KEY = "TestSecretKey0123456789abcdef";

    private static final YAMLMapper YAML = new YAMLMapper();

    private TestWatches() {}

    /** Overrides that let every account ask at the given URL as often as it likes. */
    static Map<String, String> accountsAt(String url) {
        return accountsAt(url, List.of("alibaba", "huawei", "octopus", "otc", "baidu"));
    }

    /** The properties of the accounts that seeds bring with them; what is from the environment is a key of ours. */
    static Map<String, String> seededAccounts() throws IOException {
        Map<String, String> accounts = new LinkedHashMap<>();
        try (Stream<Path> seeds = Files.list(Path.of("seeds"))) {
            for (Path file : seeds.map(seed -> seed.resolve("account.properties"))
                    .filter(Files::exists)
                    .toList()) {
                Properties properties = new Properties();
                properties.load(new StringReader(Files.readString(file)));
                // What a file would hold, which is not there.
                properties.stringPropertyNames().stream()
                        .filter(key -> key.endsWith(".token-file"))
                        .forEach(key -> accounts.put(key.replace("-file", ""), SECRET_KEY));
                properties
                        .stringPropertyNames()
                        .forEach(key -> accounts.put(
                                key, properties.getProperty(key).replaceFirst("^\\{\\{env:.*", SECRET_KEY)));
                // How a token is obtained is another test's.
                properties.stringPropertyNames().stream()
                        .filter(key -> TOKEN_SCHEMES.contains(properties.getProperty(key)))
                        .forEach(key -> {
                            accounts.put(key, "bearer");
                            accounts.put(key.replace("signing", "token"), SECRET_KEY);
                        });
            }
        }
        return accounts;
    }

    static Map<String, String> accountsAt(String url, Iterable<String> names) {
        Map<String, String> overrides = new LinkedHashMap<>();
        for (String name : names) {
            String account = "jobrelay.account." + name + ".";
            overrides.put(account + "endpoint", url);
            overrides.put(account + "access-key", ACCESS_KEY);
            overrides.put(account + "secret-key", SECRET_KEY);
            overrides.put(account + "requests-per-second", "100000");
        }
        return overrides;
    }

    /** An account more, signing as told. */
    static Map<String, String> account(String name, String url, String signing, String... more) {
        Map<String, String> overrides = accountsAt(url, List.of(name));
        overrides.put("jobrelay.account." + name + ".signing", signing);
        for (int i = 0; i < more.length; i += 2) {
            overrides.put("jobrelay.account." + name + "." + more[i], more[i + 1]);
        }
        return overrides;
    }

    /** The polling line, once it has read its watch files, of which there are none: from then on watches can be put in. */
    static Relay polling(Map<String, String> overrides, Clock clock) {
        Relay relay = Relay.start(
                Relay.Scope.POLLING,
                overrides,
                clock,
                () -> TimeUnit.MILLISECONDS.toNanos(clock.millis()),
                change -> {});
        await().atMost(Duration.ofSeconds(30)).until(relay.engine().watchFiles()::complete);
        return relay;
    }

    /** The failure of a poll that has to fail. */
    static PollFailure failure(Relay relay, Watch watch) {
        List<JobRecord> records;
        try {
            records = relay.providers().poll(watch);
        } catch (PollFailedException e) {
            return e.failure();
        }
        throw new AssertionError("brought records: " + records);
    }

    /** The watch that is written like an item of a watch file. */
    static Watch watch(Relay relay, String yaml) {
        return watch(relay.providers().watchReader(), yaml);
    }

    static Watch watch(WatchReader reader, String yaml) {
        try {
            JsonNode item = YAML.readTree(yaml);
            WatchReader.Reading reading = reader.read(item);
            return reading.watch().orElseThrow(() -> new AssertionError(reading.problems()));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
