package io.jobrelay.camel.validation;

import static java.util.Comparator.comparingInt;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonNodePath;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.constructor.StandardConstructor;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/**
 * A YAML value that still knows its line, from 1; that of its name where it has one. Asking for what is not there gives
 * something empty, never null.
 */
public record YamlNode(Node node, int line) {
    private static final int SHORT = 3;
    /** Of members of one name the last counts. */
    private static final LoadSettings SETTINGS =
            LoadSettings.builder().setAllowDuplicateKeys(true).build();

    private static final JsonMapper JSON = new JsonMapper();

    public static YamlNode parse(String text) {
        return new Compose(SETTINGS)
                .composeString(text)
                .map(YamlNode::of)
                .orElseThrow(() -> new IllegalArgumentException("is empty"));
    }

    private static YamlNode of(Node node) {
        return new YamlNode(node, lineOf(node));
    }

    private static int lineOf(Node node) {
        return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    public boolean isMapping() {
        return node instanceof MappingNode;
    }

    boolean isSequence() {
        return node instanceof SequenceNode;
    }

    public String text() {
        return node instanceof ScalarNode scalar ? scalar.getValue() : "";
    }

    public List<YamlNode> items() {
        return node instanceof SequenceNode sequence
                ? sequence.getValue().stream().map(YamlNode::of).toList()
                : List.of();
    }

    /** In the order of the file. */
    public Map<String, YamlNode> members() {
        Map<String, YamlNode> members = new LinkedHashMap<>();
        if (node instanceof MappingNode mapping) {
            for (NodeTuple member : mapping.getValue()) {
                YamlNode name = of(member.getKeyNode());
                members.put(name.text(), new YamlNode(member.getValueNode(), name.line()));
            }
        }
        return members;
    }

    public Optional<YamlNode> member(String name) {
        return Optional.ofNullable(members().get(name));
    }

    /** The members of that name of all its items. */
    public Stream<YamlNode> ofItems(String name) {
        return items().stream().flatMap(item -> item.member(name).stream());
    }

    /** The text of a member; empty where there is none. */
    public String text(String name) {
        return member(name).map(YamlNode::text).orElse("");
    }

    /** The line of the longest text, ids aside, that the message repeats; this node's line if it repeats none. */
    int lineIn(String message) {
        return texts().filter(place -> place.name().length() > SHORT && message.contains(place.name()))
                .max(comparingInt(place -> place.name().length()))
                .orElse(this)
                .line();
    }

    /** Without the sign of a reference to a bean. */
    public String name() {
        return text().startsWith("#") ? text().substring(1) : text();
    }

    /** All texts in it but ids. */
    public Stream<YamlNode> texts() {
        if (node instanceof ScalarNode) {
            return Stream.of(this);
        }
        Stream<YamlNode> named = members().entrySet().stream()
                .filter(member -> !member.getKey().equals("id"))
                .map(Map.Entry::getValue);
        return Stream.concat(items().stream(), named).flatMap(YamlNode::texts);
    }

    /** All members of that name, however deep. */
    Stream<YamlNode> named(String name) {
        return Stream.concat(
                items().stream().flatMap(item -> item.named(name)),
                members().entrySet().stream()
                        .flatMap(member -> member.getKey().equals(name)
                                ? Stream.of(member.getValue())
                                : member.getValue().named(name)));
    }

    /** The nearest node on the way to where the path leads. */
    public YamlNode at(JsonNodePath path) {
        YamlNode place = this;
        for (int i = 0; i < path.getNameCount(); i++) {
            Object step = path.getElement(i);
            if (step instanceof Integer index) {
                place = index < place.items().size() ? place.items().get(index) : place;
            } else {
                place = place.member(step.toString()).orElse(place);
            }
        }
        return place;
    }

    /** The nearest node on the way to where the names and indexes lead. */
    YamlNode at(List<String> path) {
        YamlNode place = this;
        for (String step : path) {
            List<YamlNode> items = place.items();
            int index = items.isEmpty() ? 0 : Math.min(Integer.parseInt(step), items.size() - 1);
            place = items.isEmpty() ? place.member(step).orElse(place) : items.get(index);
        }
        return place;
    }

    /** As JSON in which numbers are texts, as they are written: an id such as {@code 0042} is none. */
    JsonNode toTexts() {
        if (node instanceof MappingNode) {
            ObjectNode object = JSON.createObjectNode();
            members().forEach((name, value) -> object.set(name, value.toTexts()));
            return object;
        }
        if (node instanceof SequenceNode) {
            ArrayNode array = JSON.createArrayNode();
            items().forEach(item -> array.add(item.toTexts()));
            return array;
        }
        JsonNode value = toJson();
        return value.isNumber() ? JSON.getNodeFactory().textNode(text()) : value;
    }

    public JsonNode toJson() {
        return JSON.valueToTree(new StandardConstructor(SETTINGS).constructSingleDocument(Optional.of(node)));
    }
}
