package io.jobrelay.provider;

import static java.util.Objects.requireNonNullElse;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.account.Account;
import io.jobrelay.job.JobRecord;
import io.jobrelay.job.JobState;
import io.jobrelay.job.Json;
import io.jobrelay.settings.NearestName;
import io.jobrelay.signing.PercentEncoding;
import io.jobrelay.watch.Watch;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Builds the strict record from the draft that a provider's mapping makes of a reply.
 *
 * <p>A reply that names another job than the watch is refused: the draft's {@code echo} holds what the reply repeats of the
 * request, under the names of the watch's parameters, and each that is there must be what the watch says.
 *
 * <p>The mapping says what only the provider's documentation knows; this class adds what is the same for all: the id from
 * the draft's {@code key}, the API's kind, API, account and labels from the watch, times in UTC (zone-less ones in the
 * account's zone, else in the draft's {@code timeZone}, else in UTC), {@code UNKNOWN} for a state that the mapping does not
 * know, and anomalies, sorted. Members that are null or empty are left out. A reply that tells no state is none.
 */
public final class RecordReader {
    private static final String KEY = "key";
    private static final String ECHO = "echo";
    private static final String ANOMALIES = "anomalies";
    private static final String TIME_ZONE = "timeZone";
    private static final String UNMAPPED_PROVIDER_STATE = "UNMAPPED_PROVIDER_STATE";
    private static final String UNPARSEABLE_TIME = "UNPARSEABLE_TIME";
    private static final String NEGATIVE_NUMBER = "NEGATIVE_NUMBER";
    /** What cannot be below zero; some say -1 where they do not know. */
    private static final List<String> COUNTS =
            List.of("queuedMillis", "runMillis", "total", "completed", "failed", "added", "deleted", "sizeBytes");

    private static final List<String> NESTED = List.of("provider", "progress", "error");
    private static final List<String> VERBATIM = List.of("spec", "result", "raw");

    private enum Time {
        CREATE("createTime"),
        START("startTime"),
        END("endTime"),
        UPDATE("updateTime");

        private final String member;

        Time(String member) {
            this.member = member;
        }
    }

    private static final Map<Class<?>, String> FORMS = Map.of(
            String.class, "text",
            Boolean.class, "true or false",
            boolean.class, "true or false",
            Long.class, "a whole number",
            Integer.class, "a whole number",
            Double.class, "a number");

    private static final String REASON = "reason";
    private static final Pattern CODE = Pattern.compile("[A-Z][A-Z0-9_]*");
    private static final Pattern NO_CODE = Pattern.compile("[^A-Z0-9_]+");

    private RecordReader() {}

    /**
     * The record that the draft describes.
     *
     * @param kind of the jobs of the API, for a draft without one
     * @throws IllegalArgumentException if the draft is not one; says which member is wrong
     */
    public static JobRecord read(JsonNode mapped, String kind, Watch watch, Account account, Instant observed) {
        if (!(mapped instanceof ObjectNode object)) {
            throw new IllegalArgumentException(
                    "the mapping of " + watch.api() + " must give an object, gave " + mapped.getNodeType());
        }
        ObjectNode draft = copy(object);
        NESTED.forEach(member -> {
            if (draft.get(member) instanceof ObjectNode nested) {
                draft.set(member, copy(nested));
            }
        });
        requireAsked(draft.remove(ECHO), watch);
        if (draft.path("kind").asText("").isEmpty()) {
            draft.put("kind", kind);
        }
        draft.put("id", id(draft.remove(KEY), watch));
        ObjectNode labels = draft.putObject("labels");
        watch.labels().forEach(labels::put);
        draft.putPOJO("observeTime", observed);
        draft.withObject("provider").put("api", watch.api()).put("account", watch.account());
        anomalies(draft, zone(draft.remove(TIME_ZONE), account));
        state(draft);
        reason(draft);
        dropEmptyMembers(draft);
        NESTED.forEach(member -> dropEmptyMembers(draft.path(member)));
        dropEmptyMembers(draft);
        // As it is: Jackson would copy every node of it.
        VERBATIM.stream().filter(draft::has).forEach(member -> draft.putPOJO(member, draft.get(member)));
        try {
            return Json.MAPPER.treeToValue(draft, JobRecord.class);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the mapping of " + watch.api() + " gave no record: " + problem(e), e);
        }
    }

    /** The member that keeps the draft from being a record, and what is wrong with it. */
    private static String problem(JsonProcessingException failure) {
        if (!(failure instanceof JsonMappingException mapping)) {
            return failure.getOriginalMessage();
        }
        String member = mapping.getPath().stream()
                .map(step -> step.getFieldName() == null ? "[" + step.getIndex() + "]" : step.getFieldName())
                .collect(joining("."));
        if (mapping instanceof UnrecognizedPropertyException unknown) {
            List<String> known =
                    unknown.getKnownPropertyIds().stream().map(String::valueOf).toList();
            return "%s: no member of a record%s".formatted(member, NearestName.hint(unknown.getPropertyName(), known));
        }
        if (mapping instanceof InvalidFormatException wrong) {
            return "%s: must be %s, was '%s'".formatted(member, form(wrong.getTargetType()), wrong.getValue());
        }
        if (mapping instanceof MismatchedInputException wrong && !(mapping instanceof ValueInstantiationException)) {
            return "%s: must be %s".formatted(member, form(wrong.getTargetType()));
        }
        Throwable refused = requireNonNullElse(mapping.getCause(), mapping);
        return String.valueOf(refused.getMessage()).replaceFirst("^(\\w+) is null$", "$1: required, is missing");
    }

    private static String form(Class<?> type) {
        if (type.isEnum()) {
            return "one of "
                    + Stream.of(type.getEnumConstants()).map(String::valueOf).collect(joining(", "));
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return FORMS.getOrDefault(type, "an object");
    }

    /** Its own members: what they hold, which may be the whole reply, is not changed. */
    private static ObjectNode copy(ObjectNode node) {
        return Json.MAPPER.createObjectNode().setAll(node);
    }

    /** A reply about another job than the one asked for must not become this one's record. */
    private static void requireAsked(@Nullable JsonNode echo, Watch watch) {
        if (echo == null) {
            return;
        }
        echo.properties().forEach(given -> {
            Object asked = watch.parameters().get(given.getKey());
            JsonNode value = given.getValue();
            if (asked == null || isEmpty(value)) {
                return;
            }
            String text = value.isValueNode() ? value.asText() : value.toString();
            if (asked instanceof List<?> any ? !any.contains(text) : !asked.equals(text)) {
                throw new IllegalArgumentException(
                        "the reply is about another job: for %s, '%s' was asked and '%s' came"
                                .formatted(given.getKey(), asked, text));
            }
        });
    }

    private static String id(@Nullable JsonNode key, Watch watch) {
        StringJoiner id = new StringJoiner("/").add(watch.api()).add(PercentEncoding.encode(watch.account()));
        if (!(key instanceof ArrayNode parts) || parts.isEmpty()) {
            throw new IllegalArgumentException(
                    "the mapping of " + watch.api() + " must give 'key', the parts that identify the job");
        }
        parts.forEach(part -> {
            if (!part.isValueNode() || part.isNull() || part.asText().isEmpty()) {
                throw new IllegalArgumentException("the reply lacks what identifies the job: " + parts);
            }
            id.add(PercentEncoding.encode(part.asText()));
        });
        return id.toString();
    }

    private static ZoneId zone(@Nullable JsonNode provider, Account account) {
        if (account.timeZone() != null) {
            return account.timeZone();
        }
        return provider == null || provider.isNull() ? ZoneOffset.UTC : ZoneId.of(provider.asText());
    }

    private static void state(ObjectNode draft) {
        if (draft.path("providerState").asText("").isEmpty()) {
            throw new IllegalArgumentException("the reply says no state of the job");
        }
        if (!draft.path("state").isTextual()) {
            draft.put("state", JobState.UNKNOWN.name());
            draft.put(REASON, UNMAPPED_PROVIDER_STATE);
        }
    }

    /** Makes a code of a reason in a provider's own words; leaves out what none can be made of, which is in {@code raw}. */
    private static void reason(ObjectNode draft) {
        String reason = draft.path(REASON).asText("");
        String code = NO_CODE.matcher(reason.toUpperCase(Locale.ROOT)).replaceAll("_");
        draft.put(REASON, CODE.matcher(code).matches() ? code : "");
    }

    private static void anomalies(ObjectNode draft, ZoneId zone) {
        Set<String> anomalies = new TreeSet<>();
        draft.path(ANOMALIES).forEach(code -> anomalies.add(code.asText()));
        boolean negative = dropNegative(draft);
        boolean negativeProgress = dropNegative(draft.path("progress"));
        if (negative || negativeProgress) {
            anomalies.add(NEGATIVE_NUMBER);
        }
        Map<Time, Instant> times = new EnumMap<>(Time.class);
        for (Time time : Time.values()) {
            JsonNode value = draft.path(time.member);
            draft.remove(time.member);
            if (ReplyTime.isAbsent(value)) {
                continue;
            }
            Optional<Instant> instant = ReplyTime.parse(value, zone);
            instant.ifPresentOrElse(at -> times.put(time, at), () -> anomalies.add(UNPARSEABLE_TIME));
        }
        times.forEach((time, at) -> draft.putPOJO(time.member, at));
        outOfOrder(times, Time.START, Time.CREATE).ifPresent(anomalies::add);
        outOfOrder(times, Time.END, Time.CREATE).ifPresent(anomalies::add);
        outOfOrder(times, Time.END, Time.START).ifPresent(anomalies::add);
        ArrayNode all = draft.putArray(ANOMALIES);
        anomalies.forEach(all::add);
    }

    private static boolean dropNegative(JsonNode node) {
        return node instanceof ObjectNode object
                && object.properties()
                        .removeIf(member -> COUNTS.contains(member.getKey())
                                && member.getValue().isNumber()
                                && member.getValue().decimalValue().signum() < 0);
    }

    private static Optional<String> outOfOrder(Map<Time, Instant> times, Time later, Time earlier) {
        Instant end = times.get(later);
        Instant begin = times.get(earlier);
        return end != null && begin != null && end.isBefore(begin)
                ? Optional.of(later + "_BEFORE_" + earlier)
                : Optional.empty();
    }

    private static void dropEmptyMembers(JsonNode node) {
        if (node instanceof ObjectNode object) {
            object.properties().removeIf(member -> isEmpty(member.getValue()));
        }
    }

    private static boolean isEmpty(JsonNode value) {
        return value.isNull()
                || (value.isTextual() && value.textValue().isEmpty())
                || (value.isContainerNode() && value.isEmpty());
    }
}
