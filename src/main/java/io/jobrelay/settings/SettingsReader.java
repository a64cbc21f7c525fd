package io.jobrelay.settings;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;

import io.jobrelay.account.Account;
import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.settings.Settings.DeliverySettings;
import io.jobrelay.settings.Settings.PollSettings;
import io.jobrelay.trust.Secrets;
import java.nio.file.FileSystems;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link Settings} from properties, or refuses them with every problem at once. {@code docs/configuration.md} is the
 * reference; a test holds it against the keys here.
 */
public final class SettingsReader {
    private static final String JOB_RETENTION = "jobrelay.retention.jobs";

    /** A shard is handed over, and a stop is over, only once what is under way has ended. */
    private static final Duration LONGEST_POLL = Duration.ofMinutes(10);

    private static final Duration LONGEST_DELIVERY = Duration.ofMinutes(1);

    /** The keys that are not an account's or a destination's, each with its default; empty where it has none. */
    public static final Map<String, String> DEFAULTS = Map.ofEntries(
            entry("jobrelay.instance", "local"),
            entry(NodeName.KEY, NodeName.ofThisProcess()),
            entry("jobrelay.watches", "watches/*.yaml"),
            entry("jobrelay.ledger.url", "jdbc:sqlite:data/ledger.db"),
            entry("jobrelay.ledger.user", ""),
            entry("jobrelay.ledger.password", ""),
            entry("jobrelay.poll.concurrency", "64"),
            entry("jobrelay.poll.timeout", "30s"),
            entry("jobrelay.poll.reply-limit", "8388608"),
            entry("jobrelay.delivery.schedule", "0s,5s,5m,30m,2h,5h,10h,14h,20h,24h"),
            entry("jobrelay.delivery.jitter", "0.2"),
            entry("jobrelay.delivery.timeout", "20s"),
            entry("jobrelay.delivery.open-after", "10"),
            entry("jobrelay.delivery.probe-every", "1m"),
            entry("jobrelay.delivery.disable-after", "5d"),
            entry("jobrelay.http.enabled", "true"),
            entry("jobrelay.http.host", "127.0.0.1"),
            entry("jobrelay.http.port", "8080"),
            entry("jobrelay.http.token", ""),
            entry("jobrelay.http.trusted-proxies", ""),
            entry("jobrelay.reload.every", "1s"),
            entry("jobrelay.retention", "30d"),
            entry(JOB_RETENTION, "30d"));

    /** Those of them that take effect while Jobrelay runs; so do those of accounts and destinations. */
    public static final Set<String> LIVE_KEYS = Set.of(
            "jobrelay.watches",
            "jobrelay.poll.timeout",
            "jobrelay.poll.reply-limit",
            "jobrelay.delivery.schedule",
            "jobrelay.delivery.jitter",
            "jobrelay.delivery.timeout",
            "jobrelay.retention",
            JOB_RETENTION);

    /** What may follow {@code jobrelay.account.<name>.}, each with its default. */
    public static final Map<String, String> ACCOUNT_DEFAULTS = AccountReader.DEFAULTS;

    /** What may follow {@code jobrelay.destination.<name>.} for the destinations that Jobrelay comes with. */
    public static final Map<String, Map<String, String>> DESTINATION_DEFAULTS = DestinationReader.DEFAULTS;

    private static final String PREFIX = "jobrelay.";
    private static final Pattern ACCOUNT_KEY = Pattern.compile("jobrelay\\.account\\.([^.]+)\\.(.+)");
    private static final Pattern DESTINATION_KEY = Pattern.compile("jobrelay\\.destination\\.([^.]+)\\.(.+)");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");
    private static final int LARGEST_REPLY = 1024 * 1024 * 1024;

    private final PropertyFile file;
    private final Function<String, Optional<String>> value;
    private final Secrets secrets;

    /**
     * @param file the file as written, which knows the keys and their lines
     * @param value the value of a key with placeholders and environment resolved
     * @param secrets learn those among the properties, Camel's included
     */
    public SettingsReader(PropertyFile file, Function<String, Optional<String>> value, Secrets secrets) {
        this.file = file;
        this.value = value;
        this.secrets = secrets;
    }

    /**
     * What holds for a key that has no value; empty if nothing does.
     *
     * @param given true for a key that has a value: some defaults depend on another key's
     */
    public static Optional<String> defaultOf(String key, Predicate<String> given) {
        Matcher account = ACCOUNT_KEY.matcher(key);
        Matcher destination = DESTINATION_KEY.matcher(key);
        String value = account.matches()
                ? ACCOUNT_DEFAULTS.get(account.group(2))
                : destination.matches()
                        ? DestinationReader.defaultOf(destination.group(1), destination.group(2), given)
                        : DEFAULTS.get(key);
        return Optional.ofNullable(value).filter(text -> !text.isEmpty());
    }

    /**
     * What was read.
     *
     * @param settings with defaults where a property is wrong, and without accounts that lack what they need
     */
    public record Reading(Settings settings, List<Problem> problems) {
        public Reading {
            problems = List.copyOf(problems);
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

    /** Reads all settings as far as they are right. */
    public Reading reading() {
        List<Problem> problems = new ArrayList<>();
        PropertyReader properties = new PropertyReader(value, file::at, problems, secrets);
        // Before anything else is read, since a problem shows a value, and that may be another key's secret.
        file.keys().forEach(properties::learn);
        Map<String, Account> accounts = accounts(properties);
        unknownKeys().forEach(key -> properties.problem(key, unknown(key)));
        Settings settings = new Settings(
                properties.text(
                        "jobrelay.instance",
                        "letters, digits, dots and hyphens",
                        name -> HOST.matcher(name).matches()),
                properties.text(NodeName.KEY, "letters, digits, dots, hyphens and underscores", NodeName::isOne),
                properties.value("jobrelay.watches", "globs separated by commas", SettingsReader::globs, globs -> true),
                new LedgerReader(properties).read(),
                new PollSettings(
                        properties.wholeNumber("jobrelay.poll.concurrency", 1, 1_000),
                        properties.duration("jobrelay.poll.timeout", LONGEST_POLL),
                        properties.wholeNumber("jobrelay.poll.reply-limit", 1_024, LARGEST_REPLY)),
                new DeliverySettings(
                        schedule(properties),
                        properties.duration("jobrelay.delivery.timeout", LONGEST_DELIVERY),
                        circuit(properties)),
                new HttpReader(properties).read(),
                properties.duration("jobrelay.retention"),
                properties.value(
                        JOB_RETENTION,
                        "a time with its unit, such as 30d, or 0 for ever",
                        text -> text.equals("0") ? Duration.ZERO : ReadableDuration.parse(text),
                        kept -> !kept.isNegative()),
                properties.duration("jobrelay.reload.every"),
                accounts,
                destinations(properties));
        return new Reading(settings, problems);
    }

    private static List<String> globs(String text) {
        List<String> globs = List.of(text.split("\\s*,\\s*"));
        globs.forEach(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob));
        return globs;
    }

    private static DeliverySchedule schedule(PropertyReader properties) {
        double jitter = properties.number(
                "jobrelay.delivery.jitter", "a share from 0 to below 1", share -> share >= 0 && share < 1);
        return properties.value(
                "jobrelay.delivery.schedule",
                "waits separated by commas, such as 0s,5s,5m,30m",
                waits -> DeliverySchedule.parse(waits, jitter),
                schedule -> true);
    }

    private static CircuitBreaker circuit(PropertyReader properties) {
        return new CircuitBreaker(
                properties.wholeNumber("jobrelay.delivery.open-after", 1, 1_000_000),
                properties.duration("jobrelay.delivery.probe-every"),
                properties.duration("jobrelay.delivery.disable-after"));
    }

    private Map<String, Account> accounts(PropertyReader properties) {
        Map<String, Account> accounts = new LinkedHashMap<>();
        AccountReader reader = new AccountReader(properties);
        for (String name : names(ACCOUNT_KEY)) {
            reader.read(name).ifPresent(account -> accounts.put(name, account));
        }
        return accounts;
    }

    private Map<String, Destination> destinations(PropertyReader properties) {
        Map<String, Destination> destinations = new LinkedHashMap<>();
        DestinationReader reader = new DestinationReader(properties);
        Set<String> names = names(DESTINATION_KEY);
        names.addAll(DESTINATION_DEFAULTS.keySet());
        for (String name : names) {
            destinations.put(name, reader.read(name));
        }
        return destinations;
    }

    private Collection<String> unknownKeys() {
        return file.keys().stream()
                .filter(key -> key.startsWith(PREFIX) && !DEFAULTS.containsKey(key))
                .filter(key -> !isKnown(ACCOUNT_KEY.matcher(key), name -> ACCOUNT_DEFAULTS))
                .filter(key -> !isKnown(DESTINATION_KEY.matcher(key), DESTINATION_DEFAULTS::get))
                .toList();
    }

    /** Of a name that has no list of its own, everything is known. */
    private static boolean isKnown(Matcher key, Function<String, @Nullable Map<String, String>> keysOf) {
        if (!key.matches()) {
            return false;
        }
        Map<String, String> keys = keysOf.apply(key.group(1));
        return keys == null || keys.containsKey(key.group(2));
    }

    private static String unknown(String key) {
        Matcher account = ACCOUNT_KEY.matcher(key);
        if (account.matches()) {
            return "unknown property of an account" + NearestName.hint(account.group(2), ACCOUNT_DEFAULTS.keySet());
        }
        Matcher destination = DESTINATION_KEY.matcher(key);
        if (destination.matches()) {
            String name = destination.group(1);
            Set<String> keys = requireNonNull(
                            DESTINATION_DEFAULTS.get(name), "only a destination with a list has unknown keys")
                    .keySet();
            return "unknown property of the %s destination, which has %s%s"
                    .formatted(name, String.join(", ", keys), NearestName.hint(destination.group(2), keys));
        }
        return "unknown property" + NearestName.hint(key, DEFAULTS.keySet());
    }

    private Set<String> names(Pattern pattern) {
        Set<String> names = new TreeSet<>();
        for (String key : file.keys()) {
            Matcher matcher = pattern.matcher(key);
            if (matcher.matches()) {
                names.add(matcher.group(1));
            }
        }
        return names;
    }
}
