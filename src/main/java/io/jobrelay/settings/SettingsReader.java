package io.jobrelay.settings;

import io.jobrelay.account.Account;
import io.jobrelay.delivery.DeliverySchedule;
import io.jobrelay.settings.Settings.DeliverySettings;
import io.jobrelay.settings.Settings.LedgerSettings;
import io.jobrelay.settings.Settings.PollSettings;
import java.nio.file.Path;
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

/**
 * Reads {@link Settings} from properties, or refuses them with every problem at once. {@code docs/configuration.md} is the
 * reference; a test holds it against {@link #KEYS} and {@link AccountReader#KEYS}.
 */
public final class SettingsReader {
    /** The keys that are not an account's or a destination's. */
    public static final Set<String> KEYS = Set.of(
            "jobrelay.instance",
            "jobrelay.watches",
            "jobrelay.ledger.url",
            "jobrelay.poll.concurrency",
            "jobrelay.poll.timeout",
            "jobrelay.poll.reply-limit",
            "jobrelay.delivery.schedule",
            "jobrelay.delivery.jitter",
            "jobrelay.delivery.timeout",
            "jobrelay.retention");

    private static final String PREFIX = "jobrelay.";
    private static final Pattern ACCOUNT_KEY = Pattern.compile("jobrelay\\.account\\.([^.]+)\\.(.+)");
    private static final Pattern DESTINATION_KEY = Pattern.compile("jobrelay\\.destination\\.([^.]+)\\.(.+)");
    private static final int MEBIBYTE = 1024 * 1024;

    private final PropertyFile file;
    private final Function<String, Optional<String>> value;

    /**
     * @param file the file as written, which knows the keys and their lines
     * @param value the value of a key with placeholders and environment resolved
     */
    public SettingsReader(PropertyFile file, Function<String, Optional<String>> value) {
        this.file = file;
        this.value = value;
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
        PropertyReader properties = new PropertyReader(value, file::at, problems);
        Map<String, Account> accounts = accounts(properties);
        unknownKeys().forEach(key -> properties.problem(key, unknown(key)));
        Settings settings = new Settings(
                properties.text("jobrelay.instance").orElse("local"),
                List.of(properties
                        .text("jobrelay.watches")
                        .orElse("watches/*.yaml")
                        .split("\\s*,\\s*")),
                new LedgerSettings(properties
                        .read(
                                "jobrelay.ledger.url",
                                "jdbc:sqlite:<file>",
                                Function.identity(),
                                url -> url.startsWith("jdbc:sqlite:"))
                        .orElse("jdbc:sqlite:data/ledger.db")),
                new PollSettings(
                        properties.wholeNumber("jobrelay.poll.concurrency", 1, 1_000, 64),
                        properties.duration("jobrelay.poll.timeout", Duration.ofSeconds(30)),
                        properties.wholeNumber("jobrelay.poll.reply-limit", 1_024, 1_024 * MEBIBYTE, 8 * MEBIBYTE)),
                new DeliverySettings(
                        schedule(properties), properties.duration("jobrelay.delivery.timeout", Duration.ofSeconds(20))),
                properties.duration("jobrelay.retention", Duration.ofDays(30)),
                accounts,
                destinations(properties));
        return new Reading(settings, problems);
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
                "a share from 0 to 1",
                share -> share >= 0 && share <= 1,
                DeliverySchedule.STANDARD.jitter());
        return new DeliverySchedule(waits.waits(), jitter);
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
        for (String name : names(DESTINATION_KEY)) {
            String prefix = "jobrelay.destination." + name + ".";
            destinations.put(
                    name,
                    new Destination(
                            name,
                            properties.flag(prefix + "enabled", true),
                            properties.text(prefix + "path").map(Path::of).orElse(null),
                            properties
                                    .text(prefix + "secret")
                                    .map(keys -> List.of(keys.split("[,\\s]+")))
                                    .orElse(List.of()),
                            properties.flag(prefix + "allow-private", false),
                            properties.text(prefix + "queue").orElse(null),
                            properties.text(prefix + "broker-url").orElse(null),
                            properties.port(prefix + "port")));
        }
        return destinations;
    }

    private Collection<String> unknownKeys() {
        return file.keys().stream()
                .filter(key -> key.startsWith(PREFIX) && !KEYS.contains(key))
                .filter(key -> !DESTINATION_KEY.matcher(key).matches())
                .filter(key -> {
                    Matcher account = ACCOUNT_KEY.matcher(key);
                    return !account.matches() || !AccountReader.KEYS.contains(account.group(2));
                })
                .toList();
    }

    private static String unknown(String key) {
        Matcher account = ACCOUNT_KEY.matcher(key);
        if (account.matches()) {
            return "unknown property of an account" + NearestName.hint(account.group(2), AccountReader.KEYS);
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
