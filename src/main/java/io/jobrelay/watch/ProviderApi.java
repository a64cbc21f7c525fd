package io.jobrelay.watch;

import java.util.List;
import java.util.Optional;

/**
 * A provider API as its route file declares it in a {@code beans} section: the parameters that a watch must and may give.
 * A bean with setters, since that is what Camel's YAML fills.
 */
public final class ProviderApi {
    private String name = "";
    private List<String> required = List.of();
    private List<String> optional = List.of();
    private boolean list;
    private String batch = "";
    private List<List<String>> volatileMembers = List.of();

    /** The name of the API, and of the route {@code direct:<name>} that asks it. */
    public String getName() {
        return name;
    }

    public void setName(String name) {
        this.name = name;
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

    /** The one parameter in which the watches of a batched poll may differ; empty if the API answers only one by one. */
    public String getBatch() {
        return batch;
    }

    /** Demands the route {@code direct:<name>-pages}. */
    public void setBatch(String batch) {
        this.batch = batch;
    }

    /** The members of a reply that change each time and say nothing about the job, each as its path. */
    public List<List<String>> getVolatileMembers() {
        return volatileMembers;
    }

    /** Comma-separated, each with dots between the names of its path, such as {@code meta_info.current_time}. */
    public void setVolatile(String members) {
        this.volatileMembers =
                names(members).stream().map(path -> List.of(path.split("\\."))).toList();
    }

    /** What the watch has in common with those of a batched poll with it; empty if it can be asked only by itself. */
    public Optional<Watch> common(Watch watch) {
        return watch.parameters().get(batch) instanceof String ? Optional.of(watch.without(batch)) : Optional.empty();
    }

    private static List<String> names(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
    }
}
