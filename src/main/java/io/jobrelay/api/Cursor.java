package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.type.TypeReference;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.History.Place;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The start of the next page of a list, as an opaque text. */
final class Cursor {
    private Cursor() {}

    /**
     * @param list the list and its order, since its cursors are not valid in another
     * @param place the last item of the page
     */
    static String write(String list, Object... place) {
        List<String> parts = Stream.concat(Stream.of(list), Stream.of(place))
                .map(Object::toString)
                .toList();
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Json.write(parts).getBytes(UTF_8));
    }

    /** The place in the query's cursor, of so many parts; empty for the first page. */
    static Optional<List<String>> read(Query query, String list, int size) {
        String cursor = query.one("cursor");
        if (cursor == null) {
            return Optional.empty();
        }
        try {
            List<String> parts =
                    Json.MAPPER.readValue(Base64.getUrlDecoder().decode(cursor), new TypeReference<List<String>>() {});
            if (parts != null && parts.size() == size + 1 && list.equals(parts.get(0)) && !parts.contains(null)) {
                return Optional.of(parts.subList(1, parts.size()));
            }
        } catch (IllegalArgumentException | IOException e) {
            // It is refused like the cursor of another list.
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
        return Query.refused("cursor", "must be the 'next' of a page of this list in this order; start without one");
    }
}
