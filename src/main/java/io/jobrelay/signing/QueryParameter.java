package io.jobrelay.signing;

import java.util.Arrays;
import java.util.List;

/** One parameter of a query, decoded; a parameter without a value has an empty one. */
record QueryParameter(String name, String value) {

    /** The parameters of a wire query in their order. */
    static List<QueryParameter> parse(String query) {
        return Arrays.stream(query.split("&", -1))
                .filter(pair -> !pair.isEmpty())
                .map(QueryParameter::of)
                .toList();
    }

    String encodedName() {
        return PercentEncoding.encode(name);
    }

    /** Name and value, encoded as every scheme signs them. */
    String encoded() {
        return encodedName() + "=" + PercentEncoding.encode(value);
    }

    private static QueryParameter of(String pair) {
        int equals = pair.indexOf('=');
        return equals < 0
                ? new QueryParameter(PercentEncoding.decode(pair), "")
                : new QueryParameter(
                        PercentEncoding.decode(pair.substring(0, equals)),
                        PercentEncoding.decode(pair.substring(equals + 1)));
    }
}
