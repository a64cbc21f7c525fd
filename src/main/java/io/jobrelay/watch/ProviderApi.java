package io.jobrelay.watch;

import java.util.List;

/**
 * A provider API as its route file declares it in a {@code beans} section: the parameters that a watch must and may give.
 * A bean with setters, since that is what Camel's YAML fills.
 */
public final class ProviderApi {
    private String name = "";
    private List<String> required = List.of();
    private List<String> optional = List.of();
    private boolean list;

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

    private static List<String> names(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split("\\s*,\\s*"));
    }
}
