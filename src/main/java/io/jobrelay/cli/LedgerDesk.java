package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.cli.Api.Listing;
import io.jobrelay.job.Json;
import io.jobrelay.ledger.Deliveries;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Destinations;
import io.jobrelay.ledger.History.Place;
import io.jobrelay.ledger.LedgerClock;
import io.jobrelay.ledger.LedgerDatabase;
import io.jobrelay.ledger.Nodes;
import io.jobrelay.ledger.Outbox;
import io.jobrelay.ledger.Page;
import io.jobrelay.ledger.Redelivery;
import io.jobrelay.ledger.Redelivery.Selection;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** At the ledger of this directory; what is sent again goes out with the next run. */
record LedgerDesk(LedgerDatabase ledger) implements Desk {
    @Override
    public Listing deliveries(Status status, Selection selection, int most) {
        Deliveries deliveries = new Deliveries(ledger);
        Deliveries.Filter filter = new Deliveries.Filter(
                Set.of(status),
                selection.destination() == null ? Set.of() : Set.of(selection.destination()),
                null,
                selection.since(),
                selection.until());
        List<JsonNode> items = new ArrayList<>();
        Optional<Place> next = Optional.of(Deliveries.NEWEST);
        while (next.isPresent() && items.size() < most) {
            Page<Deliveries.Entry, Place> page = deliveries.page(filter, next.get(), most - items.size());
            page.items().forEach(item -> items.add(Json.MAPPER.valueToTree(item)));
            next = page.next();
        }
        return new Listing(items, next.isPresent());
    }

    @Override
    public long redeliver(Selection selection) {
        Redelivery redelivery = new Redelivery(ledger);
        Redelivery.Redelivered some = redelivery.redeliver(selection, null);
        long redelivered = some.deliveries();
        while (some.next().isPresent()) {
            some = redelivery.redeliver(selection, some.next().get());
            redelivered += some.deliveries();
        }
        return redelivered;
    }

    @Override
    public boolean redeliver(String id) {
        return new Redelivery(ledger).redeliver(id);
    }

    @Override
    public List<JsonNode> nodes() {
        return Nodes.list(ledger).stream()
                .<JsonNode>map(Json.MAPPER::valueToTree)
                .toList();
    }

    /** The router's outbox is no destination. */
    @Override
    public List<JsonNode> destinations() {
        return all().list().stream()
                .filter(destination -> !destination.name().equals(Outbox.CHANGES))
                .<JsonNode>map(Json.MAPPER::valueToTree)
                .toList();
    }

    @Override
    public void enable(String name) {
        all().enable(name);
    }

    private Destinations all() {
        return new Destinations(ledger, LedgerClock.of(ledger, Clock.systemUTC(), System::nanoTime));
    }
}
