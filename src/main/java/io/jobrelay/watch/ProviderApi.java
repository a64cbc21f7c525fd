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
    private String together = "";
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

    /** The one parameter in which watches that can be asked together may differ; empty if the API answers only one by one. */
    public String getTogether() {
        return together;
    }

    /** Demands the routes {@code direct:<name>-together} and {@code direct:<name>-record}. */
    public void setTogether(String together) {
        this.together = together;
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

    /** What the watch has in common with those that can be asked together with it; empty if it can be asked only by itself. */
    public Optional<Watch> common(Watch watch) {
        return watch.parameters().get(together) instanceof String
                ? Optional.of(watch.without(together))
                : Optional.empty();
    }

    private static List<String> names(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
    }
}
