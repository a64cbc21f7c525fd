package io.jobrelay.reliability;

import io.jobrelay.api.EventReader;
import io.jobrelay.ledger.History.Place;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/** Listens to the changes, as a browser does: when the stream of a node ends it comes back with the id that it saw last. */
final class Listener implements AutoCloseable {
    private final List<EventReader.Received> received = new CopyOnWriteArrayList<>();
    private final Thread thread;
    private volatile boolean over;

    Listener(String url) {
        thread = new Thread(() -> listen(url + "/api/stream"), "listener");
        thread.setDaemon(true);
        thread.start();
    }

    /** The places of the changes that came, in their order. */
    List<String> places() {
        return received.stream().map(EventReader.Received::id).toList();
    }

    /** The ids of the events that came. */
    List<String> ids() {
        return received.stream().map(event -> event.at("/id")).toList();
    }

    private void listen(String url) {
        String last = Place.START.toString();
        while (!over) {
            try (EventReader stream = new EventReader(url, Map.of("Last-Event-ID", last)).begun()) {
                while (!over) {
                    EventReader.Received event = stream.next();
                    received.add(event);
                    last = event.id();
                }
            } catch (IOException e) {
                LockSupport.parkNanos(50_000_000);
            }
        }
    }

    @Override
    public void close() {
        over = true;
        thread.interrupt();
    }
}
