package io.jobrelay.settings;

import java.util.Set;

/**
 * A property that Jobrelay understands.
 *
 * @param name its whole name, with {@code <name>} for that of any account or destination
 * @param fallback what holds where it has no value, as it would be written; empty if nothing does
 */
public record Key<T>(String name, String fallback, Rule<T> rule, Set<Trait> traits) {
    /** What else there is to a property. */
    public enum Trait {
        /** An edit takes effect while Jobrelay runs. */
        LIVE,
        /** Its value is never shown. */
        SECRET,
        /** An account must have it, and a destination as long as it is on. */
        REQUIRED
    }

    public boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** The last part of the name. */
    public String parameter() {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** The same property of the account or the destination of that name. */
    Key<T> of(String owner) {
        String[] parts = name.split("\\.", 4);
        return named(String.join(".", parts[0], parts[1], owner, parts[3]));
    }

    /** The same property under its whole name. */
    Key<T> named(String property) {
        return new Key<>(property, fallback, rule, traits);
    }
}
