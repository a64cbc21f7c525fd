package io.jobrelay.camel.validation;

import static java.util.stream.Collectors.toCollection;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.settings.NearestName;
import io.jobrelay.settings.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.nodes.MappingNode;

/** Collects what is wrong with one case of a test file, each problem at the line of what it is about. */
final class TestProblems {
    private final String file;
    private final List<Problem> all = new ArrayList<>();

    TestProblems(String file) {
        this.file = file;
    }

    List<Problem> all() {
        return List.copyOf(all);
    }

    boolean none() {
        return all.isEmpty();
    }

    /** @param key what stands there, by the members that lead to it; empty for the case itself */
    void add(int line, String key, String message) {
        all.add(new Problem(file, line, key.isEmpty() ? message : key + ": " + message));
    }

    /** Reports what is no mapping, members that are none of these, and such as are there twice. */
    void requireMembers(YamlNode mapping, String key, Collection<String> known) {
        if (!mapping.isMapping()) {
            add(mapping.line(), key, "must be a mapping of %s".formatted(joined(known)));
            return;
        }
        String prefix = key.isEmpty() ? "" : key + ".";
        mapping.members().forEach((name, value) -> {
            if (!known.contains(name)) {
                String hint = NearestName.hint(name, known);
                add(
                        value.line(),
                        prefix + name,
                        "unknown here" + (hint.isEmpty() ? ", must be one of " + joined(known) : hint));
            }
        });
        if (mapping.node() instanceof MappingNode node
                && node.getValue().size() > mapping.members().size()) {
            add(mapping.line(), key, "must have each member once, has one of them twice");
        }
    }

    /** Reports a text that is none of these. */
    void requireOneOf(YamlNode text, String key, Collection<String> known) {
        if (!known.contains(text.text())) {
            add(
                    text.line(),
                    key,
                    "must be one of %s, was '%s'%s"
                            .formatted(joined(known), text.text(), NearestName.hint(text.text(), known)));
        }
    }

    /** A member of a case; one that is not there is reported. */
    Optional<YamlNode> required(YamlNode item, String member, String what) {
        Optional<YamlNode> found = item.member(member);
        if (found.isEmpty()) {
            add(item.line(), member, "required, " + what);
        }
        return found;
    }

    /** The text of a file that a case names; empty, and a problem, if there is none. */
    String file(YamlNode name, String key) {
        Path file = Path.of(name.text());
        try {
            return Files.readString(file);
        } catch (IOException e) {
            String[] beside = file.toAbsolutePath().resolveSibling("").toFile().list();
            String hint =
                    NearestName.hint(String.valueOf(file.getFileName()), beside == null ? List.of() : List.of(beside));
            add(name.line(), key, "must be a mapping, or a file that can be read, was '%s'%s".formatted(file, hint));
            return "";
        }
    }

    /** Reports where what is given differs from what is written, at the line of {@code expected} that says so. */
    void compare(String key, YamlNode expected, JsonNode written, JsonNode given) {
        for (JsonDifference difference : JsonDifference.inWritten(written, given)) {
            List<String> path = new ArrayList<>(difference.path());
            path.add(0, key);
            add(
                    expected.at(difference.path()).line(),
                    String.join(".", path),
                    "must be %s, was %s"
                            .formatted(
                                    JsonDifference.shown(difference.written()),
                                    JsonDifference.shown(difference.given())));
        }
    }

    static Set<String> names(Enum<?>[] values) {
        return Arrays.stream(values).map(Enum::name).collect(toCollection(TreeSet::new));
    }

    private static String joined(Collection<String> names) {
        return String.join(", ", new TreeSet<>(names));
    }
}
