package io.jobrelay.fuzz;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/** What goes wrong with a document: members that are missing, of another kind or absurd, and bytes that are lost or added. */
final class Mutations {
    /** Values as JSON. */
    private static final List<String> ABSURD = List.of(
            "null",
            "true",
            "\"\"",
            "\" \"",
            "0",
            "-1",
            "-0.0",
            "1e999999999",
            "1e-999999999",
            "-1e999999999",
            "12345678901234567890123",
            "9223372036854775807",
            "9223372036854775808",
            "0.1",
            "[]",
            "{}",
            "[null]",
            "[[[{\"a\":[]}]]]",
            "{\"\":null}",
            "\"\\u0000\"",
            "\"\\ud800\"",
            "\"\\uffff\\u202e\"",
            "\"a/b?c#d%2e..\"",
            "\"..\"",
            "\"9999999999-99-99T99:99:99Z\"",
            "\"+999999999-12-31T23:59:59Z\"",
            "\"0000-00-00 00:00:00\"",
            "\"2024-02-30 24:61:61\"",
            "\"2024-08-06T11:17:50+25:00\"",
            "\"1e999999999%\"",
            "\"-5 %\"",
            "\"101%\"",
            "\"NaN\"",
            "\"" + "x".repeat(10_000) + "\"");

    private final Random random;

    Mutations(long seed) {
        this.random = new Random(seed);
    }

    /** The document with one to four of its values, members or bytes changed. */
    byte[] of(byte[] document) {
        byte[] mutated = document;
        for (int times = 1 + random.nextInt(4); times > 0; times--) {
            mutated = random.nextInt(4) == 0 ? bytes(mutated) : structure(mutated);
        }
        return mutated;
    }

    private byte[] structure(byte[] document) {
        JsonNode root;
        try {
            root = Json.MAPPER.readTree(document);
        } catch (IOException e) {
            return bytes(document);
        }
        List<Consumer<JsonNode>> places = new ArrayList<>();
        List<Runnable> removals = new ArrayList<>();
        collect(root, places, removals);
        if (places.isEmpty()) {
            return document;
        }
        if (random.nextInt(5) == 0) {
            removals.get(random.nextInt(removals.size())).run();
        } else {
            places.get(random.nextInt(places.size())).accept(absurd());
        }
        return Json.write(root).getBytes(UTF_8);
    }

    private static void collect(JsonNode node, List<Consumer<JsonNode>> places, List<Runnable> removals) {
        if (node instanceof ObjectNode object) {
            object.properties().forEach(member -> {
                places.add(value -> object.set(member.getKey(), value));
                removals.add(() -> object.remove(member.getKey()));
                collect(member.getValue(), places, removals);
            });
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                int index = i;
                places.add(value -> array.set(index, value));
                removals.add(() -> array.remove(index));
                collect(array.get(i), places, removals);
            }
        }
    }

    private JsonNode absurd() {
        try {
            return Json.MAPPER.readTree(ABSURD.get(random.nextInt(ABSURD.size())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private byte[] bytes(byte[] document) {
        int from = random.nextInt(document.length + 1);
        int to = Math.min(document.length, from + random.nextInt(20));
        byte[] noise = new byte[random.nextInt(8)];
        random.nextBytes(noise);
        return switch (random.nextInt(3)) {
            case 0 -> Arrays.copyOf(document, from);
            case 1 -> // a part twice
                ByteBuffer.allocate(document.length + to - from)
                        .put(document, 0, to)
                        .put(document, from, document.length - from)
                        .array();
            default -> // a part replaced
                ByteBuffer.allocate(document.length - (to - from) + noise.length)
                        .put(document, 0, from)
                        .put(noise)
                        .put(document, to, document.length - to)
                        .array();
        };
    }
}
