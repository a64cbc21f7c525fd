package io.jobrelay.watch;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.job.Json;
import io.jobrelay.job.ReadableDuration;
import io.jobrelay.logging.PlainLine;
import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.NearestName;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads a watch as users write it, or reports every problem of it. The same object is an item of a watch file and the body
 * of a request to the API.
 */
public final class WatchReader {
    private static final Set<String> MEMBERS =
            new TreeSet<>(List.of("api", "account", "parameters", "every", "labels", "progress", "stuckAfter"));

    /** RFC 3986, 5.2.4. */
    private static final Set<Object> DOT_SEGMENTS = Set.of(".", "..");

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,200}");

    /** In characters: a problem quotes what was written, which may be long. */
    static final int LONGEST_PROBLEM = 1_000;

    private static final int MOST_NAMED = 10;

    private final Supplier<Map<String, ProviderApi>> apis;
    private final Supplier<Map<String, Account>> accounts;
    private final Secrets secrets;
    private final Set<String> namedApis;
    private final Set<String> namedAccounts;

    /**
     * @param apis the provider APIs by name, asked each time since routes come and go
     * @param accounts the accounts by name, asked each time too
     * @param secrets what no watch may have in it: a watch is kept, logged and shown
     */
    public WatchReader(
            Supplier<Map<String, ProviderApi>> apis, Supplier<Map<String, Account>> accounts, Secrets secrets) {
        this(apis, accounts, secrets, Set.of(), Set.of());
    }

    private WatchReader(
            Supplier<Map<String, ProviderApi>> apis,
            Supplier<Map<String, Account>> accounts,
            Secrets secrets,
            Set<String> namedApis,
            Set<String> namedAccounts) {
        this.apis = requireNonNull(apis, "apis is null");
        this.accounts = requireNonNull(accounts, "accounts is null");
        this.secrets = requireNonNull(secrets, "secrets is null");
        this.namedApis = Set.copyOf(namedApis);
        this.namedAccounts = Set.copyOf(namedAccounts);
    }

    /** One that does not say that these are unknown, since their own problems are named: their watches are refused, no more. */
    public WatchReader besideProblemsOf(Set<String> brokenApis, Set<String> brokenAccounts) {
        return new WatchReader(apis, accounts, secrets, brokenApis, brokenAccounts);
    }

    /**
     * The watch, or the problems that kept it from being one.
     *
     * @param refused what has problems, where it says which watch it means: it is not to be polled
     */
    public record Reading(Optional<Watch> watch, Optional<Watch> refused, List<Violation> problems) {
        public Reading {
            problems = List.copyOf(problems);
        }

        private static Reading of(Violation problem) {
            return new Reading(Optional.empty(), Optional.empty(), List.of(problem));
        }
    }

    /**
     * A rule that what was written breaks, and where.
     *
     * @param path the members that lead to the place, the outermost first; none for the watch as a whole
     * @param message for people; it begins with the path
     */
    public record Violation(List<String> path, String message) {
        public Violation {
            path = List.copyOf(path);
            message = PlainLine.of(message, LONGEST_PROBLEM);
        }

        private static Violation at(String member, String rule) {
            return new Violation(List.of(member), member + ": " + rule);
        }

        private static Violation at(String member, String name, String rule) {
            return new Violation(List.of(member, name), member + "." + name + ": " + rule);
        }

        private static Violation ofAll(String rule) {
            return new Violation(List.of(), "a watch: " + rule);
        }
    }

    /** The provider APIs that a watch may name at present, by name. */
    public List<ProviderApi> apis() {
        return apis.get().values().stream()
                .sorted(comparing(ProviderApi::getName))
                .toList();
    }

    /** The accounts that a watch may name, by name; one that lacks something takes no watch. */
    public List<Account> accounts() {
        return accounts.get().values().stream().sorted(comparing(Account::name)).toList();
    }

    /** A reader with the present APIs and accounts, whatever is edited later. */
    WatchReader asOfNow() {
        Map<String, ProviderApi> apisNow = apis.get();
        Map<String, Account> accountsNow = accounts.get();
        return new WatchReader(() -> apisNow, () -> accountsNow, secrets);
    }

    /** What the result depends on beside the text: while this is equal, the same text gives the same result. */
    public Object basis() {
        return List.of(apis.get(), accounts.get(), secrets.known());
    }

    /** Reads a watch. Problems show no secret. */
    public Reading read(JsonNode item) {
        if (secrets.shownIn(texts(item).toArray(String[]::new))) {
            return Reading.of(
                    Violation.ofAll("must not have a secret in it, which would be kept and shown, has one of the"
                            + " configuration's; take it out"));
        }
        List<Violation> problems = new ArrayList<>();
        if (!item.isObject()) {
            return Reading.of(Violation.ofAll("must be an object with 'api', 'account' and 'parameters', was " + item));
        }
        item.fieldNames().forEachRemaining(member -> {
            if (!MEMBERS.contains(member)) {
                problems.add(Violation.at(member, "unknown member of a watch" + NearestName.hint(member, MEMBERS)));
            }
        });
        boolean unicode = UTF_8.newEncoder().canEncode(item.toString());
        if (!unicode) {
            problems.add(Violation.ofAll("must be Unicode, has half a surrogate pair"));
        }
        ProviderApi api = api(item, problems);
        Map<String, Object> parameters = parameters(item.path("parameters"), api, problems);
        Map<String, String> labels = labels(item.path("labels"), problems);
        Pace pace = pace(item.path("every"), problems);
        boolean progress = progress(item.path("progress"), problems);
        Duration stuckAfter = stuckAfter(item.path("stuckAfter"), problems);
        if (stuckAfter != null && api != null && api.listsChanges()) {
            problems.add(Violation.at(
                    "stuckAfter",
                    "not for %s, which lists only what has changed; give it to a watch of the job"
                            .formatted(api.getName())));
        }
        boolean identified = unicode
                && isName(item.path("api"))
                && isName(item.path("account"))
                && !item.path("parameters").isValueNode()
                && parameters.size() == item.path("parameters").size();
        if (!problems.isEmpty() && !identified) {
            return new Reading(Optional.empty(), Optional.empty(), problems);
        }
        Optional<Watch> watch = Optional.of(new Watch(
                item.path("api").textValue(),
                item.path("account").textValue(),
                parameters,
                pace,
                labels,
                progress,
                stuckAfter,
                api != null && api.isList()));
        boolean named = namedApis.contains(item.path("api").textValue())
                || namedAccounts.contains(item.path("account").textValue());
        return problems.isEmpty() && !named
                ? new Reading(watch, Optional.empty(), problems)
                : new Reading(Optional.empty(), watch, problems);
    }

    private static boolean isName(JsonNode node) {
        return node.isTextual() && NAME.matcher(node.textValue()).matches();
    }

    /** Why a watch of this API and account is refused at present; empty if neither is a reason. */
    public Optional<String> refusal(String api, String account) {
        List<Violation> problems = new ArrayList<>();
        ObjectNode item = Json.MAPPER.createObjectNode().put("api", api).put("account", account);
        api(item, problems);
        return problems.isEmpty()
                ? Optional.empty()
                : Optional.of(problems.stream().map(Violation::message).collect(joining("; ")));
    }

    /** The API that it names, and whether its account may ask that; null if there is no such API. */
    private @Nullable ProviderApi api(JsonNode item, List<Violation> problems) {
        ProviderApi api = named(item, "api", apis.get(), namedApis, problems);
        Account account = named(item, "account", accounts.get(), namedAccounts, problems);
        if (account != null) {
            account.missing().ifPresent(missing -> problems.add(new Violation(List.of(), missing)));
        }
        if (account != null
                && api != null
                && account.signing() == Signing.AWS_SIGV4
                && api.getService().isEmpty()) {
            problems.add(Violation.at(
                    "account",
                    "must not sign with aws-sigv4: the provider file of %s names no service".formatted(api.getName())));
        }
        return api;
    }

    /** All names and values in it; without recursion, since a document may be nested deeply. */
    private static List<String> texts(JsonNode node) {
        List<String> texts = new ArrayList<>();
        Deque<JsonNode> open = new ArrayDeque<>(List.of(node));
        while (!open.isEmpty()) {
            JsonNode next = open.pop();
            texts.add(next.asText());
            next.fieldNames().forEachRemaining(texts::add);
            next.forEach(open::push);
        }
        return texts;
    }

    private static <T> @Nullable T named(
            JsonNode item, String member, Map<String, T> known, Set<String> broken, List<Violation> problems) {
        JsonNode name = item.path(member);
        if (!name.isTextual()) {
            problems.add(Violation.at(member, "required, one of " + names(member, known.keySet())));
            return null;
        }
        T found = known.get(name.textValue());
        if (found == null && !broken.contains(name.textValue())) {
            problems.add(Violation.at(
                    member,
                    "must be one of %s, was '%s'%s"
                            .formatted(
                                    names(member, known.keySet()),
                                    name.textValue(),
                                    NearestName.hint(name.textValue(), known.keySet()))));
        }
        return found;
    }

    /** The names, or how many there are, and where to look them up. */
    private static String names(String member, Set<String> known) {
        return member.equals("api") && known.size() > MOST_NAMED
                ? "the %d that 'jobrelay apis' lists".formatted(known.size())
                : sorted(known);
    }

    private static Map<String, Object> parameters(JsonNode node, @Nullable ProviderApi api, List<Violation> problems) {
        Map<String, Object> parameters = new LinkedHashMap<>();
        if (!node.isMissingNode() && !node.isObject()) {
            problems.add(Violation.at("parameters", "must be an object of names and values, was " + node));
            return parameters;
        }
        node.properties().forEach(entry -> {
            Object value = value(entry.getValue());
            if (value == null) {
                problems.add(Violation.at(
                        "parameters",
                        entry.getKey(),
                        "must be a text, a number or a list of these and not empty, was " + entry.getValue()));
                return;
            }
            parameters.put(entry.getKey(), value);
            if (DOT_SEGMENTS.contains(value)) {
                problems.add(Violation.at(
                        "parameters",
                        entry.getKey(),
                        "must not be a dot segment, which a server takes out of the path, was '%s'; write the id that the provider shows"
                                .formatted(value)));
            }
        });
        if (api != null) {
            Set<String> known = new TreeSet<>(api.getRequired());
            known.addAll(api.getOptional());
            parameters.keySet().stream()
                    .filter(name -> !known.contains(name))
                    .forEach(name -> problems.add(Violation.at(
                            "parameters",
                            name,
                            "unknown to %s, which takes %s%s"
                                    .formatted(api.getName(), known, NearestName.hint(name, known)))));
            api.getRequired().stream()
                    .filter(name -> !node.has(name))
                    .forEach(name -> problems.add(
                            Violation.at("parameters", name, "required by %s, is missing".formatted(api.getName()))));
        }
        return parameters;
    }

    private static @Nullable Object value(JsonNode node) {
        if (node.isArray()) {
            List<String> values = StreamSupport.stream(node.spliterator(), false)
                    .map(WatchReader::scalar)
                    .toList();
            return values.isEmpty() || values.contains("") ? null : values;
        }
        String scalar = scalar(node);
        return scalar.isEmpty() ? null : scalar;
    }

    private static String scalar(JsonNode node) {
        return node.isValueNode() && !node.isNull() ? node.asText() : "";
    }

    private static Map<String, String> labels(JsonNode node, List<Violation> problems) {
        Map<String, String> labels = new LinkedHashMap<>();
        if (!node.isMissingNode() && !node.isObject()) {
            problems.add(Violation.at("labels", "must be an object of names and texts, was " + node));
        }
        node.properties().forEach(entry -> {
            String value = scalar(entry.getValue());
            if (value.isEmpty()) {
                problems.add(Violation.at(
                        "labels", entry.getKey(), "must be a text and not empty, was " + entry.getValue()));
            }
            labels.put(entry.getKey(), value);
        });
        return labels;
    }

    private static Pace pace(JsonNode node, List<Violation> problems) {
        if (node.isMissingNode()) {
            return Pace.DEFAULT;
        }
        try {
            return Pace.parse(node.asText());
        } catch (IllegalArgumentException e) {
            problems.add(Violation.at("every", String.valueOf(e.getMessage())));
            return Pace.DEFAULT;
        }
    }

    private static boolean progress(JsonNode node, List<Violation> problems) {
        if (!node.isMissingNode() && !node.isBoolean()) {
            problems.add(Violation.at("progress", "must be true or false, was " + node));
        }
        return node.asBoolean(false);
    }

    private static @Nullable Duration stuckAfter(JsonNode node, List<Violation> problems) {
        if (node.isMissingNode()) {
            return null;
        }
        try {
            Duration duration = ReadableDuration.parse(node.asText());
            if (!duration.isZero()) {
                return duration;
            }
            problems.add(Violation.at("stuckAfter", "must be above 0, was " + node.asText()));
        } catch (IllegalArgumentException e) {
            problems.add(Violation.at("stuckAfter", String.valueOf(e.getMessage())));
        }
        return null;
    }

    private static String sorted(Collection<String> names) {
        return String.join(", ", new TreeSet<>(names));
    }
}
