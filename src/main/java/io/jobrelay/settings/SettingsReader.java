package io.jobrelay.settings;

import static java.util.Objects.requireNonNull;

import io.jobrelay.account.Account;
import io.jobrelay.delivery.CircuitBreaker;
import io.jobrelay.delivery.DeliverySchedule;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@link Settings} from properties, or refuses them with every problem at once. {@code docs/configuration.md} is the
 * reference; a test holds it against the keys here.
 */
public final class SettingsReader {
    /** Above these an attempt could outlast its claim in the ledger, and be made twice at a time. */
    private static final Duration LONGEST_POLL = Duration.ofMinutes(10);

    private static final Duration LONGEST_DELIVERY = Duration.ofMinutes(1);

    /** The keys that are not an account's or a destination's. */
    public static final Set<String> KEYS = Set.of(
            "jobrelay.instance",
            NodeName.KEY,
            "jobrelay.watches",
            "jobrelay.ledger.url",
            "jobrelay.ledger.user",
            "jobrelay.ledger.password",
            "jobrelay.poll.concurrency",
            "jobrelay.poll.timeout",
            "jobrelay.poll.reply-limit",
            "jobrelay.delivery.schedule",
            "jobrelay.delivery.jitter",
            "jobrelay.delivery.timeout",
            "jobrelay.delivery.open-after",
            "jobrelay.delivery.probe-every",
            "jobrelay.delivery.disable-after",
            "jobrelay.http.enabled",
            "jobrelay.http.host",
            "jobrelay.http.port",
            "jobrelay.http.token",
            "jobrelay.http.trusted-proxies",
            "jobrelay.reload.every",
            "jobrelay.retention");

    /** Those of them that take effect while Jobrelay runs; so do those of accounts and destinations. */
    public static final Set<String> LIVE_KEYS = Set.of(
            "jobrelay.watches",
            "jobrelay.poll.timeout",
            "jobrelay.poll.reply-limit",
            "jobrelay.delivery.schedule",
            "jobrelay.delivery.jitter",
            "jobrelay.delivery.timeout",
            "jobrelay.retention");

    /** What may follow {@code jobrelay.account.<name>.} */
    public static final Set<String> ACCOUNT_KEYS = AccountReader.KEYS;

    /** What may follow {@code jobrelay.destination.<name>.} for the destinations that Jobrelay comes with. */
    public static final Map<String, Set<String>> DESTINATION_KEYS = DestinationReader.KEYS;

    private static final String PREFIX = "jobrelay.";
    private static final Pattern ACCOUNT_KEY = Pattern.compile("jobrelay\\.account\\.([^.]+)\\.(.+)");
    private static final Pattern DESTINATION_KEY = Pattern.compile("jobrelay\\.destination\\.([^.]+)\\.(.+)");
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?");
    private static final int MEBIBYTE = 1024 * 1024;

    private final PropertyFile file;
    private final Function<String, Optional<String>> value;
    private final Secrets secrets;

    /**
     * @param file the file as written, which knows the keys and their lines
     * @param value the value of a key with placeholders and environment resolved
     */
    public SettingsReader(PropertyFile file, Function<String, Optional<String>> value) {
        this(file, value, new Secrets());
    }

    /**
     * @param secrets learn those among the properties
     */
    public SettingsReader(PropertyFile file, Function<String, Optional<String>> value, Secrets secrets) {
        this.file = file;
        this.value = value;
        this.secrets = secrets;
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

    /** The secrets among the properties, Camel's included, once they have been read. */
    public Secrets secrets() {
        return secrets;
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
                properties
                        .read(
                                "jobrelay.instance",
                                "letters, digits, dots and hyphens",
                                Function.identity(),
                                name -> HOST.matcher(name).matches())
                        .orElse("local"),
                properties
                        .read(
                                NodeName.KEY,
                                "letters, digits, dots, hyphens and underscores",
                                Function.identity(),
                                NodeName::isOne)
                        .orElseGet(NodeName::ofThisProcess),
                properties
                        .read("jobrelay.watches", "globs separated by commas", SettingsReader::globs, globs -> true)
                        .orElse(List.of("watches/*.yaml")),
                new LedgerReader(properties).read(),
                new PollSettings(
                        properties.wholeNumber("jobrelay.poll.concurrency", 1, 1_000, 64),
                        properties.duration("jobrelay.poll.timeout", LONGEST_POLL, Duration.ofSeconds(30)),
                        properties.wholeNumber("jobrelay.poll.reply-limit", 1_024, 1_024 * MEBIBYTE, 8 * MEBIBYTE)),
                new DeliverySettings(
                        schedule(properties),
                        properties.duration("jobrelay.delivery.timeout", LONGEST_DELIVERY, Duration.ofSeconds(20)),
                        circuit(properties)),
                new HttpReader(properties).read(),
                properties.duration("jobrelay.retention", Duration.ofDays(30)),
                properties.duration("jobrelay.reload.every", Duration.ofSeconds(1)),
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
        DeliverySchedule waits = properties
                .read(
                        "jobrelay.delivery.schedule",
                        "waits separated by commas, such as 0s,5s,5m,30m",
                        DeliverySchedule::parse,
                        schedule -> true)
                .orElse(DeliverySchedule.STANDARD);
        double jitter = properties.number(
                "jobrelay.delivery.jitter",
                "a share from 0 to below 1",
                share -> share >= 0 && share < 1,
                DeliverySchedule.STANDARD.jitter());
        return new DeliverySchedule(waits.waits(), jitter);
    }

    private static CircuitBreaker circuit(PropertyReader properties) {
        CircuitBreaker standard = CircuitBreaker.STANDARD;
        return new CircuitBreaker(
                properties.wholeNumber("jobrelay.delivery.open-after", 1, 1_000_000, standard.openAfter()),
                properties.duration("jobrelay.delivery.probe-every", standard.probeEvery()),
                properties.duration("jobrelay.delivery.disable-after", standard.disableAfter()));
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
        names.addAll(DestinationReader.OFF_WITHOUT.keySet());
        for (String name : names) {
            destinations.put(name, reader.read(name));
        }
        return destinations;
    }

    private Collection<String> unknownKeys() {
        return file.keys().stream()
                .filter(key -> key.startsWith(PREFIX) && !KEYS.contains(key))
                .filter(key -> !isKnown(ACCOUNT_KEY.matcher(key), name -> ACCOUNT_KEYS))
                .filter(key -> !isKnown(DESTINATION_KEY.matcher(key), DESTINATION_KEYS::get))
                .toList();
    }

    /** Of a name that has no list of its own, everything is known. */
    private static boolean isKnown(Matcher key, Function<String, @Nullable Set<String>> keysOf) {
        if (!key.matches()) {
            return false;
        }
        Set<String> keys = keysOf.apply(key.group(1));
        return keys == null || keys.contains(key.group(2));
    }

    private static String unknown(String key) {
        Matcher account = ACCOUNT_KEY.matcher(key);
        if (account.matches()) {
            return "unknown property of an account" + NearestName.hint(account.group(2), ACCOUNT_KEYS);
        }
        Matcher destination = DESTINATION_KEY.matcher(key);
        if (destination.matches()) {
            String name = destination.group(1);
            Set<String> keys =
                    requireNonNull(DESTINATION_KEYS.get(name), "only a destination with a list has unknown keys");
            return "unknown property of the %s destination, which has %s%s"
                    .formatted(name, String.join(", ", keys), NearestName.hint(destination.group(2), keys));
        }
        return "unknown property" + NearestName.hint(key, KEYS);
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
