package io.jobrelay.api;

import io.jobrelay.ledger.History.Place;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code /api/stream}: every change as it is committed, as
 * <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">server-sent events</a>.
 */
record StreamResource(ChangeFeed feed) implements Resource {
    @Override
    public void addTo(Routes routes) {
        routes.getStream("/api/stream", this::stream);
    }

    private void stream(RoutingContext context) {
        Query query = new Query(context.queryParams(), List.of("state", "api", "account", "after"));
        StreamFilter filter = new StreamFilter(
                query.several("state", JobsResource.STATES), query.several("api"), query.several("account"));
        String resumed = context.request().getHeader("Last-Event-ID");
        Place after = resumed == null || resumed.isEmpty()
                ? place("after", query.one("after"))
                : place("Last-Event-ID", resumed);
        HttpServerResponse response = context.response();
        StreamClient client = new StreamClient(response, filter, after);
        if (!feed.join(client)) {
            throw RefusedException.of(
                            503,
                            "At most %d streams at a time; close one that is not needed."
                                    .formatted(ChangeFeed.MOST_CLIENTS))
                    .with("Retry-After", "5");
        }
        response.closeHandler(closed -> feed.leave(client));
    }

    private static @Nullable Place place(String name, @Nullable String text) {
        return text == null
                ? null
                : Place.parse(text)
                        .orElseThrow(() -> Query.refused(
                                name, "must be the id of an event of the stream, was '%s'".formatted(text)));
    }

    @Override
    public void close() {
        feed.close();
    }
}
