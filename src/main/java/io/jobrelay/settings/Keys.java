package io.jobrelay.settings;

import static io.jobrelay.settings.Key.Trait.LIVE;
import static io.jobrelay.settings.Key.Trait.REQUIRED;
import static io.jobrelay.settings.Key.Trait.SECRET;
import static java.util.stream.Collectors.toCollection;

import io.jobrelay.account.Signing;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.httpclient.AddressRange;
import io.jobrelay.settings.Key.Trait;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The properties that Jobrelay understands: {@code jobrelay.} and what stands here. What is read and how, what is unknown, what
 * holds where nothing is set and what waits for the next start all follow; a test holds {@code docs/configuration.md} to it.
 */
public final class Keys {
    private static final Map<String, Key<?>> TABLE = new LinkedHashMap<>();
    private static final String HOST = "[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?";

    static final Key<String> INSTANCE =
            key("instance", "local", Rule.matching("letters, digits, dots and hyphens", HOST));
    static final Key<String> NODE = key(
            "node",
            thisProcess(),
            Rule.matching("letters, digits, dots, hyphens and underscores", "[A-Za-z0-9._-]{1,200}"));
    static final Key<List<String>> WATCHES = key("watches", "watches/*.yaml", Rule.GLOBS, LIVE);
    static final Key<String> LEDGER_URL = key("ledger.url", "jdbc:sqlite:data/ledger.db", LedgerUrl.RULE);
    static final Key<String> LEDGER_USER = key("ledger.user", "", Rule.TEXT);
    static final Key<String> LEDGER_PASSWORD = key("ledger.password", "", Rule.TEXT, SECRET);
    static final Key<Integer> CONCURRENCY = key("poll.concurrency", "64", Rule.wholeNumber(1, 1_000));
    // A shard is handed over, and a stop is over, only once what is under way has ended: two times are limited.
    static final Key<Duration> POLL_TIMEOUT = key("poll.timeout", "30s", Rule.time(Duration.ofMinutes(10)), LIVE);
    static final Key<Integer> REPLY_LIMIT = key("poll.reply-limit", "8388608", Rule.wholeNumber(1_024, 1 << 30), LIVE);
    static final Key<DeliverySchedule> SCHEDULE =
            key("delivery.schedule", "0s,5s,5m,30m,2h,5h,10h,14h,20h,24h", Rule.SCHEDULE, LIVE);
    static final Key<Double> JITTER = key("delivery.jitter", "0.2", Rule.SHARE, LIVE);
    static final Key<Duration> DELIVERY_TIMEOUT =
            key("delivery.timeout", "20s", Rule.time(Duration.ofMinutes(1)), LIVE);
    static final Key<Integer> OPEN_AFTER = key("delivery.open-after", "10", Rule.wholeNumber(1, 1_000_000));
    static final Key<Duration> PROBE_EVERY = key("delivery.probe-every", "1m", Rule.TIME);
    static final Key<Duration> DISABLE_AFTER = key("delivery.disable-after", "5d", Rule.TIME);
    static final Key<Boolean> HTTP_ENABLED = key("http.enabled", "true", Rule.FLAG);
    static final Key<String> HTTP_HOST = key(
            "http.host",
            "127.0.0.1",
            Rule.matching("a name or an address, such as 127.0.0.1 or 0.0.0.0", HOST + "|[0-9A-Fa-f:]+"));
    static final Key<Integer> HTTP_PORT = key("http.port", "8080", Rule.wholeNumber(0, 65_535));
    // A shorter one can be guessed, and others may not stand behind Bearer, RFC 6750.
    static final Key<String> HTTP_TOKEN = key(
            "http.token",
            "",
            Rule.matching(
                    "at least 16 of the characters A-Z a-z 0-9 . _ ~ + / -; make one with 'openssl rand -hex 32'",
                    "(?=.{16})[A-Za-z0-9._~+/-]+=*"),
            SECRET);
    static final Key<List<AddressRange>> TRUSTED_PROXIES = key("http.trusted-proxies", "", Rule.ADDRESSES);
    static final Key<Duration> RELOAD_EVERY = key("reload.every", "1s", Rule.TIME);
    static final Key<Duration> RETENTION = key("retention", "30d", Rule.TIME, LIVE);
    static final Key<Duration> JOB_RETENTION = key("retention.jobs", "30d", Rule.TIME_OR_EVER, LIVE);

    static final Key<Boolean> ALLOW_HTTP = account("allow-http", "false", Rule.FLAG);
    static final Key<URI> ENDPOINT = account("endpoint", "", Rule.BASE_URL, REQUIRED);
    static final Key<Signing> SIGNING = account("signing", "", Rule.SCHEME, REQUIRED);
    static final Key<String> ACCESS_KEY = account("access-key", "", Rule.ONE_WORD, SECRET);
    static final Key<String> SECRET_KEY = account("secret-key", "", Rule.ONE_WORD, SECRET);
    /** What signing schemes need, and may need. */
    static final List<Key<?>> PROOF = List.of(
            ACCESS_KEY,
            SECRET_KEY,
            account("security-token", "", Rule.ONE_WORD, SECRET),
            account("region", "", Rule.matching("a region such as eu-central-1", "[a-z0-9-]+")),
            account("token", "", Rule.ONE_WORD, SECRET),
            account("token-file", "", Rule.TEXT),
            account("auth-url", "", Rule.BASE_URL),
            account("user", "", Rule.TEXT),
            account("password", "", Rule.TEXT, SECRET),
            account("domain", "", Rule.TEXT),
            account("project", "", Rule.TEXT),
            account("client-id", "", Rule.TEXT),
            account("client-secret", "", Rule.ONE_WORD, SECRET),
            account("token-url", "", Rule.URL),
            account("scope", "", Rule.TEXT),
            account("key-file", "", Rule.TEXT),
            account("audience", "", Rule.URL),
            account("ca-file", "", Rule.TEXT));

    /** A header of an account that signs with {@code headers}. */
    static final Key<String> HEADER = account("header.<header>", "", Rule.matching("visible ASCII", "[ -~]+"), SECRET);

    static final Key<Double> REQUESTS_PER_SECOND = account("requests-per-second", "10", Rule.RATE);
    static final Key<ZoneId> TIME_ZONE = account("time-zone", "", Rule.ZONE);
    static final Key<Boolean> BATCHED_POLLS = account("batched-polls", "false", Rule.FLAG);

    /** The destinations that Jobrelay comes with. */
    public static final Set<String> DESTINATIONS = Set.of("file", "queue", "amqp", "kafka", "webhook");

    static final Key<Boolean> ENABLED = destination("<name>.enabled", "true", Rule.FLAG);
    static final Key<Boolean> ALLOW_PRIVATE = destination("<name>.allow-private", "false", Rule.FLAG);
    static final Key<Path> FILE_PATH = destination("file.path", "out/changes-{date}.ndjson", Rule.FILE);
    static final Key<String> QUEUE = destination("queue.queue", "jobrelay.changes", Rule.TEXT);
    static final Key<String> BROKER_URL = destination("queue.broker-url", "", Rule.TEXT);
    static final Key<Integer> BROKER_PORT = destination("queue.port", "", Rule.PORT);
    static final Key<String> AMQP_URL = destination(
            "amqp.url", "", Rule.matching("amqp://host:port, or amqps for TLS", "(?i)amqps?://[^/?#]+.*"), REQUIRED);
    static final Key<String> AMQP_USER = destination("amqp.user", "", Rule.TEXT);
    static final Key<String> AMQP_PASSWORD = destination("amqp.password", "", Rule.TEXT, SECRET);
    static final Key<String> KAFKA_BROKERS = destination(
            "kafka.brokers",
            "",
            Rule.matching("host:port, several separated by commas", "[^\\s,/]+:[0-9]+(\\s*,\\s*[^\\s,/]+:[0-9]+)*"),
            REQUIRED);
    static final Key<URI> WEBHOOK_URL = destination("webhook.url", "", Rule.URL, REQUIRED);
    static final Key<List<String>> WEBHOOK_SECRET = destination("webhook.secret", "", Rule.WORDS, REQUIRED, SECRET);

    static {
        DESTINATIONS.forEach(name -> destination(name + ".enabled", "true", Rule.FLAG));
        destination("webhook.allow-private", "false", Rule.FLAG);
        destination("amqp.queue", "jobrelay.changes", Rule.TEXT);
        destination("kafka.topic", "jobrelay.changes", Rule.TEXT);
    }

    /** A property of an account or a destination: which of the two, its name, and the rest. */
    static final Pattern OWNED = Pattern.compile("jobrelay\\.(account|destination)\\.([^.]+)\\.(.+)");

    /** A {@link #HEADER}: one that no request has for itself. */
    private static final Pattern HEADER_NAME = Pattern.compile("jobrelay\\.account\\.[^.]+\\.header\\."
            + "(?!(?i:host|connection|upgrade|transfer-encoding|content-.*)$)[A-Za-z0-9_-]+");

    private Keys() {}

    private static <T> Key<T> key(String name, String fallback, Rule<T> rule, Trait... traits) {
        return add(new Key<>("jobrelay." + name, fallback, rule, Set.of(traits)));
    }

    private static <T> Key<T> account(String parameter, String fallback, Rule<T> rule, Trait... traits) {
        return add(new Key<>("jobrelay.account.<name>." + parameter, fallback, rule, EnumSet.of(LIVE, traits)));
    }

    private static <T> Key<T> destination(String parameter, String fallback, Rule<T> rule, Trait... traits) {
        return add(new Key<>("jobrelay.destination." + parameter, fallback, rule, EnumSet.of(LIVE, traits)));
    }

    private static <T> Key<T> add(Key<T> key) {
        TABLE.put(key.name(), key);
        return key;
    }

    /** {@code <host>-<pid>} */
    private static String thisProcess() {
        String host = System.getenv("HOSTNAME");
        try {
            host = host == null ? InetAddress.getLocalHost().getHostName() : host;
        } catch (UnknownHostException e) {
            host = "localhost";
        }
        return host.replaceAll("[^A-Za-z0-9._-]", "-") + "-"
                + ProcessHandle.current().pid();
    }

    /** All of them. */
    public static Stream<Key<?>> all() {
        return TABLE.values().stream();
    }

    /** The key of a property; empty for one that only routes know. */
    public static Optional<Key<?>> find(String property) {
        if (HEADER_NAME.matcher(property).matches()) {
            return Optional.of(HEADER);
        }
        String general = OWNED.matcher(property).replaceFirst("jobrelay.$1.<name>.$3");
        return Optional.ofNullable(TABLE.getOrDefault(property, TABLE.get(general)));
    }

    /**
     * What holds for a property that has no value; empty if nothing does.
     *
     * @param given true for a property that has a value: a destination that needs an address is on once it has one
     */
    public static Optional<String> defaultOf(String property, Predicate<String> given) {
        Optional<Key<?>> key = find(property);
        return key.filter(found -> found.parameter().equals(ENABLED.parameter()))
                .flatMap(found -> required(property.substring(0, property.lastIndexOf('.') + 1))
                        .findFirst())
                .map(needed -> String.valueOf(given.test(needed.name())))
                .or(() -> key.map(Key::fallback).filter(fallback -> !fallback.isEmpty()));
    }

    /** The keys that begin so and must be given. */
    static Stream<Key<?>> required(String prefix) {
        return all().filter(key -> key.name().startsWith(prefix) && key.is(REQUIRED));
    }

    /** The problem of an unknown property; empty for a known one. */
    static Optional<String> unknown(String property) {
        Matcher owned = OWNED.matcher(property);
        if (!owned.matches()) {
            return Optional.of("unknown property" + NearestName.hint(property, TABLE.keySet()))
                    .filter(problem -> property.startsWith("jobrelay.") && !TABLE.containsKey(property));
        }
        boolean account = owned.group(1).equals("account");
        String prefix = account ? "jobrelay.account.<name>." : property.substring(0, owned.start(3));
        Set<String> known = all().filter(key -> key.name().startsWith(prefix))
                .map(Key::parameter)
                .collect(toCollection(TreeSet::new));
        String problem = account
                ? "unknown property of an account"
                : "unknown property of the %s destination, which has %s"
                        .formatted(owned.group(2), String.join(", ", known));
        return Optional.of(problem + NearestName.hint(owned.group(3), known))
                .filter(said -> !known.isEmpty()
                        && !known.contains(owned.group(3))
                        && !HEADER_NAME.matcher(property).matches());
    }
}
