package io.jobrelay.camel;

/** What Camel says when it cannot build a route, in a line. */
final class RouteFailure {
    private RouteFailure() {}

    static String message(Exception failure) {
        Throwable deepest = failure;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest.toString();
    }
}
