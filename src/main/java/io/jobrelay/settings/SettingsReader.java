package io.jobrelay.settings;

import static java.util.stream.Collectors.toMap;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.delivery.WebhookSignature;
import io.jobrelay.httpclient.AddressRange;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Settings.HttpSettings;
import java.net.URI;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;

/** Reads {@link Settings} from properties, each as {@link Keys} says, or refuses them with every problem at once. */
public final class SettingsReader {
    private final PropertyFile file;
    private final PropertyReader properties;

    /**
     * @param file the file as written, which knows the keys and their lines
     * @param value the value of a key with placeholders and environment resolved
     * @param secrets learn those among the properties, Camel's included
     */
    public SettingsReader(PropertyFile file, Function<String, Optional<String>> value, Secrets secrets) {
        this.file = file;
        this.properties = new PropertyReader(file, value, secrets);
    }

    /**
     * What was read.
     *
     * @param settings with defaults where a property is wrong, and without accounts that lack what they need
     * @param brokenAccounts the names of those
     */
    public record Reading(Settings settings, List<Problem> problems, Set<String> brokenAccounts) {
        public Reading {
            problems = List.copyOf(problems);
            brokenAccounts = Set.copyOf(brokenAccounts);
        }
    }

    /**
     * Reads all settings.
     *
     * @throws InvalidSettingsException with every problem
     */
    public Settings read() {
        Reading reading = reading();
        if (!reading.problems().isEmpty()) {
            throw new InvalidSettingsException(reading.problems());
        }
        return reading.settings();
    }

    /** Reads all settings as far as they are right; once. */
    public Reading reading() {
        Map<String, Account> accounts = new HashMap<>();
        Set<String> brokenAccounts = names("account");
        brokenAccounts.forEach(name -> account(name).ifPresent(account -> accounts.put(name, account)));
        brokenAccounts.removeAll(accounts.keySet());
        file.keys().forEach(key -> Keys.unknown(key).ifPresent(problem -> properties.problem(key, problem)));
        Set<String> destinations = names("destination");
        destinations.addAll(Keys.DESTINATIONS);
        Settings settings = new Settings(
                properties.value(Keys.INSTANCE),
                properties.value(Keys.NODE),
                properties.value(Keys.WATCHES),
                ledger(),
                new Settings.PollSettings(
                        properties.value(Keys.CONCURRENCY),
                        properties.value(Keys.POLL_TIMEOUT),
                        properties.value(Keys.REPLY_LIMIT)),
                new Settings.DeliverySettings(
                        new DeliverySchedule(properties.value(Keys.SCHEDULE).waits(), properties.value(Keys.JITTER)),
                        properties.value(Keys.DELIVERY_TIMEOUT),
                        new CircuitBreaker(
                                properties.value(Keys.OPEN_AFTER),
                                properties.value(Keys.PROBE_EVERY),
                                properties.value(Keys.DISABLE_AFTER))),
                http(),
                properties.value(Keys.RETENTION),
                properties.value(Keys.JOB_RETENTION),
                properties.value(Keys.RELOAD_EVERY),
                accounts,
                destinations.stream().collect(toMap(name -> name, this::destination)));
        return new Reading(settings, properties.problems(), brokenAccounts);
    }

    /** The accounts or the destinations that the properties name. */
    private Set<String> names(String owners) {
        Set<String> names = new TreeSet<>();
        for (String key : file.keys()) {
            Matcher owned = Keys.OWNED.matcher(key);
            if (owned.matches() && owned.group(1).equals(owners)) {
                names.add(owned.group(2));
            }
        }
        return names;
    }

    private Settings.LedgerSettings ledger() {
        String url = properties.value(Keys.LEDGER_URL);
        LedgerUrl.unencrypted(url).ifPresent(problem -> properties.problem(Keys.LEDGER_URL.name(), problem));
        return new Settings.LedgerSettings(url, orNull(Keys.LEDGER_USER), orNull(Keys.LEDGER_PASSWORD));
    }

    private <T> @Nullable T orNull(Key<T> key) {
        return properties.get(key).orElse(null);
    }

    private HttpSettings http() {
        boolean enabled = properties.value(Keys.HTTP_ENABLED);
        String host = properties.value(Keys.HTTP_HOST);
        if (enabled && !HttpSettings.isLoopback(host)) {
            properties.require(Keys.HTTP_TOKEN, " beyond this machine, jobrelay.http.host being " + host);
        }
        List<AddressRange> proxies = properties.get(Keys.TRUSTED_PROXIES).orElse(List.of());
        return new HttpSettings(enabled, host, properties.value(Keys.HTTP_PORT), orNull(Keys.HTTP_TOKEN), proxies);
    }

    private Optional<Account> account(String name) {
        Key<URI> endpointKey = Keys.ENDPOINT.of(name);
        Key<Signing> signingKey = Keys.SIGNING.of(name);
        boolean allowHttp = properties.value(Keys.ALLOW_HTTP.of(name));
        properties.require(
                endpointKey, ", the base URL of the provider, such as https://res.cn-north-4.myhuaweicloud.com");
        Optional<URI> endpoint = properties.get(endpointKey);
        endpoint.ifPresent(url -> requireHttps(endpointKey, url, allowHttp));
        endpoint.filter(url -> !url.getRawPath().isEmpty())
                .map("must end after the host, the route adds the path, was '%s'"::formatted)
                .ifPresent(problem -> properties.problem(endpointKey.name(), problem));
        properties.require(signingKey, ", " + signingKey.rule().words());
        Optional<Signing> signing = properties.get(signingKey);
        Map<String, String> proof = proof(name, allowHttp);
        double requestsPerSecond = properties.value(Keys.REQUESTS_PER_SECOND.of(name));
        ZoneId timeZone = orNull(Keys.TIME_ZONE.of(name));
        boolean batchedPolls = properties.value(Keys.BATCHED_POLLS.of(name));
        return endpoint.flatMap(url -> signing.map(
                scheme -> new Account(name, url, scheme, proof, requestsPerSecond, timeZone, batchedPolls)));
    }

    private Map<String, String> proof(String name, boolean allowHttp) {
        Map<String, String> proof = new HashMap<>();
        for (Key<?> each : Keys.PROOF) {
            Key<?> key = each.of(name);
            properties.get(key).ifPresent(value -> {
                requireHttps(key, value, allowHttp);
                proof.put(key.parameter(), value.toString());
            });
        }
        for (String property : file.keys()) {
            Matcher owned = Keys.OWNED.matcher(property);
            if (owned.matches()
                    && owned.group(2).equals(name)
                    && Keys.find(property).filter(Keys.HEADER::equals).isPresent()) {
                properties.get(Keys.HEADER.named(property)).ifPresent(value -> proof.put(owned.group(3), value));
            }
        }
        boolean accessKey = properties.has(Keys.ACCESS_KEY.of(name));
        if (accessKey || properties.has(Keys.SECRET_KEY.of(name))) {
            Key<String> other = (accessKey ? Keys.SECRET_KEY : Keys.ACCESS_KEY).of(name);
            properties.require(other, " where the other key of the pair is given, is not set");
        }
        return proof;
    }

    /** Of a value that is an address: plain http stays on this machine, unless it is allowed. */
    private void requireHttps(Key<?> key, Object value, boolean allowHttp) {
        if (value instanceof URI url && !isHttps(url) && !allowHttp && !HttpSettings.isLoopback(url.getHost())) {
            String problem = "must be https, was '%s'; allow-http=true allows http beyond this machine";
            properties.problem(key.name(), problem.formatted(url));
        }
    }

    private static boolean isHttps(URI url) {
        return "https".equalsIgnoreCase(url.getScheme());
    }

    private Destination destination(String name) {
        boolean enabled = properties.value(Keys.ENABLED.of(name));
        if (enabled) {
            String prefix = "jobrelay.destination." + name + ".";
            String rule = " while the destination is on; switch it off with " + prefix + "enabled=false";
            Keys.required(prefix).forEach(key -> properties.require(key, rule));
        }
        return new Destination(name, enabled, target(name));
    }

    /** One of the user's own is of the kind whose properties it has. */
    private Destination.Target target(String name) {
        boolean own = !Keys.DESTINATIONS.contains(name);
        if (own ? properties.fits(Keys.AMQP_URL.of(name)) : name.equals("amqp")) {
            return new Destination.AmqpTarget(
                    orNull(Keys.AMQP_URL.of(name)),
                    orNull(Keys.AMQP_USER.of(name)),
                    orNull(Keys.AMQP_PASSWORD.of(name)));
        } else if (own ? properties.fits(Keys.KAFKA_BROKERS.of(name)) : name.equals("kafka")) {
            return new Destination.KafkaTarget(
                    properties.get(Keys.KAFKA_BROKERS.of(name)).orElse(""));
        } else if (own ? properties.has(Keys.QUEUE.of(name)) : name.equals("queue")) {
            Integer port = orNull(Keys.BROKER_PORT.of(name));
            return new Destination.QueueTarget(
                    properties.value(Keys.QUEUE.of(name)),
                    orNull(Keys.BROKER_URL.of(name)),
                    port == null ? OptionalInt.empty() : OptionalInt.of(port));
        } else if (own ? properties.has(Keys.FILE_PATH.of(name)) : name.equals("file")) {
            return new Destination.FileTarget(properties.value(Keys.FILE_PATH.of(name)));
        }
        return webhook(name, Keys.WEBHOOK_URL.of(name), Keys.WEBHOOK_SECRET.of(name));
    }

    private Destination.WebhookTarget webhook(String name, Key<URI> urlKey, Key<List<String>> secretKey) {
        boolean allowPrivate = properties.value(Keys.ALLOW_PRIVATE.of(name));
        List<String> secrets = properties.get(secretKey).orElse(List.of());
        if (secrets.isEmpty() && Keys.DESTINATIONS.contains(name)) {
            properties.get(urlKey); // it is no webhook yet, and what is wrong with its address is said all the same
        }
        if (!secrets.isEmpty()) {
            try {
                new WebhookSignature(secrets);
            } catch (IllegalArgumentException e) {
                properties.problem(secretKey.name(), String.valueOf(e.getMessage()));
            }
            URI url = orNull(urlKey);
            if (url != null && !isHttps(url) && !allowPrivate) {
                String problem = "must be https, was '%s'; allow-private=true allows http and private addresses";
                properties.problem(urlKey.name(), problem.formatted(PropertyReader.shown(url.toString())));
            }
        }
        return new Destination.WebhookTarget(secrets, allowPrivate);
    }
}
