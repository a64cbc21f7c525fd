package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.History.Place;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Where the next page of a list begins, as a text that means something to nobody but us. */
final class Cursor {
    private Cursor() {}

    /**
     * @param list the list and its order: the cursor of one is none of another
     * @param place the last item of the page
     */
    static String write(String list, Object... place) {
        List<String> parts = new ArrayList<>();
        parts.add(list);
        for (Object part : place) {
            parts.add(part.toString());
        }
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Json.write(parts).getBytes(UTF_8));
    }

    /** The place, of so many parts; null for no cursor, which is the beginning. */
    static @Nullable List<String> read(@Nullable String cursor, String list, int size) {
        if (cursor == null) {
            return null;
        }
        try {
            List<String> parts =
                    Json.MAPPER.readValue(Base64.getUrlDecoder().decode(cursor), new TypeReference<List<String>>() {});
            if (parts != null && parts.size() == size + 1 && list.equals(parts.get(0)) && !parts.contains(null)) {
                return parts.subList(1, parts.size());
            }
        } catch (IllegalArgumentException | IOException e) {
            // Refused like one of another list.
        }
        throw refused();
    }

    /** The part as a number. */
    static long number(String part) {
        try {
            return Long.parseLong(part);
        } catch (NumberFormatException e) {
            throw refused();
        }
    }

    /** The part as a place. */
    static Place place(String part) {
        return Place.parse(part).orElseThrow(Cursor::refused);
    }

    private static RefusedException refused() {
        return Query.refused("cursor", "must be the 'next' of a page of this list in this order; begin without one");
    }
}
