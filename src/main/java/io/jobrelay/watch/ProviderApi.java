package io.jobrelay.watch;

import io.jobrelay.job.ReadableDuration;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A provider API as its route file declares it in a {@code beans} section: what its jobs are, which accounts it takes, the
 * parameters that a watch must and may give, and what is special about its replies. A bean with setters, since that is what
 * Camel's YAML fills.
 */
public final class ProviderApi {
    private String name = "";
    private String kind = "";
    private List<String> signing = List.of();
    private List<String> required = List.of();
    private List<String> optional = List.of();
    private boolean list;
    private String of = "";
    private Duration lookBack = Duration.ZERO;
    private Duration overlap = Duration.ofMinutes(5);
    private String batch = "";
    private int batchSize = 1_000;
    private String service = "";
    private List<List<String>> volatileMembers = List.of();
    private List<List<String>> confidential = List.of();

    /** The name of the API, and of the route {@code direct:<name>} that asks it. */
    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
    }

    /** The {@code kind} of its jobs, where a draft has none of its own. */
    public String getKind() {
        return kind;
    }

    public void setKind(String kind) {
        this.kind = kind;
    }

    /** The signing schemes that the provider takes for it, the usual one first. */
    public List<String> getSigning() {
        return signing;
    }

    /** Comma-separated. */
    public void setSigning(String signing) {
        this.signing = names(signing);
    }

    /** Parameters that a watch must give. */
    public List<String> getRequired() {
        return required;
    }

    /** Comma-separated. */
    public void setRequired(String required) {
        this.required = names(required);
    }

    /** Parameters that a watch may give. */
    public List<String> getOptional() {
        return optional;
    }

    /** Comma-separated. */
    public void setOptional(String optional) {
        this.optional = names(optional);
    }

    /** True if one poll answers with any number of jobs; such a watch goes on as long as it exists. */
    public boolean isList() {
        return list;
    }

    public void setList(boolean list) {
        this.list = list;
    }

    /** The API of one job of this list, whose mapping makes the records; empty if the list has a mapping of its own. */
    public String getOf() {
        return of;
    }

    public void setOf(String of) {
        this.of = of;
    }

    /** How far back the first poll of a list of changes looks, such as {@code 24h}; without it, a list holds all jobs. */
    public void setLookBack(String lookBack) {
        this.lookBack = ReadableDuration.parse(lookBack);
    }

    /** How much of what the last poll has seen the next one looks at again, for what the provider is late with. */
    public void setOverlap(String overlap) {
        this.overlap = ReadableDuration.parse(overlap);
    }

    /** True for a list of what has changed lately: a job that is not in it is as it was. */
    public boolean listsChanges() {
        return !lookBack.isZero();
    }

    /**
     * Since when a poll of a list of changes asks.
     *
     * @param answered the last good answer, null before the first
     */
    public Instant since(@Nullable Instant answered, Instant now) {
        return (answered == null ? now.minus(lookBack) : answered.minus(overlap)).truncatedTo(ChronoUnit.SECONDS);
    }

    /** The one parameter in which the watches of a batched poll may differ; empty if the API answers only one by one. */
    public String getBatch() {
        return batch;
    }

    /** Demands the route {@code direct:<name>-pages}. */
    public void setBatch(String batch) {
        this.batch = batch;
    }

    /** How many watches one batched poll takes. */
    public int getBatchSize() {
        return batchSize;
    }

    /** At least 2, or an {@link IllegalArgumentException}. */
    public void setBatchSize(int batchSize) {
        if (batchSize < 2) {
            throw new IllegalArgumentException("batchSize: must be 2 or more, was " + batchSize);
        }
        this.batchSize = batchSize;
    }

    /** The service that {@code aws-sigv4} signs for, such as {@code sagemaker}; empty for an API that is none of Amazon's. */
    public String getService() {
        return service;
    }

    public void setService(String service) {
        this.service = service;
    }

    /** The members of a reply that change each time and say nothing about the job, each as its path. */
    public List<List<String>> getVolatileMembers() {
        return volatileMembers;
    }

    /** Comma-separated, each with dots between the names of its path, such as {@code meta_info.current_time}. */
    public void setVolatile(String members) {
        this.volatileMembers = paths(members);
    }

    /** The members of a reply that nothing keeps or shows, wherever in it: each as the end of its path. */
    public List<List<String>> getConfidentialMembers() {
        return confidential;
    }

    /** Comma-separated, each with dots between the names of its path, such as {@code ImageConfig.Password}. */
    public void setConfidential(String members) {
        this.confidential = paths(members);
    }

    /** What the watch has in common with those of a batched poll with it; empty if it can be asked only by itself. */
    public Optional<Watch> common(Watch watch) {
        return watch.parameters().get(batch) instanceof String ? Optional.of(watch.without(batch)) : Optional.empty();
    }

    private static List<List<String>> paths(String members) {
        return names(members).stream().map(path -> List.of(path.split("\\."))).toList();
    }

    private static List<String> names(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
    }
}
