package io.jobrelay.signing;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.StringJoiner;

/** One parameter of a query, decoded; a parameter without a value has an empty one. */
record QueryParameter(String name, String value) {

    /** The parameters of a wire query in their order. */
    static List<QueryParameter> parse(String query) {
        List<QueryParameter> parameters = new ArrayList<>();
        for (String pair : query.split("&", -1)) {
            if (!pair.isEmpty()) {
                parameters.add(of(pair));
            }
        }
        return parameters;
    }

    /** A wire query in canonical form: in this order, each parameter encoded as every scheme signs it. */
    static String canonical(String query, Comparator<QueryParameter> order) {
        List<QueryParameter> parameters = parse(query);
        parameters.sort(order);
        return join(parameters);
    }

    static String join(Collection<QueryParameter> parameters) {
        StringJoiner query = new StringJoiner("&");
        parameters.forEach(parameter -> query.add(parameter.encoded()));
        return query.toString();
    }

    String encodedName() {
        return PercentEncoding.encode(name);
    }

    /** Name and value, encoded as every scheme signs them. */
    String encoded() {
        return encodedName() + "=" + PercentEncoding.encode(value);
    }

    private static QueryParameter of(String pair) {
        String[] parts = pair.split("=", 2);
        return new QueryParameter(
                PercentEncoding.decode(parts[0]), parts.length == 1 ? "" : PercentEncoding.decode(parts[1]));
    }
}
