package io.jobrelay.camel.outbox;

import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Where a change that is being delivered goes on to: the outboxes that its route puts it into. They have it once the route has
 * ended well, all at once and in the transaction that it counts as delivered in.
 */
final class Onward {
    /** The exchange property that has it. */
    static final String PROPERTY = "jobrelay-onward";

    private final String eventId;
    private final Set<String> destinations = new LinkedHashSet<>();
    private boolean ended;

    /**
     * @param eventId of the change
     */
    Onward(String eventId) {
        this.eventId = eventId;
    }

    /** False for another change, and where the route has ended already: that goes into the outbox by itself. */
    synchronized boolean add(String destination, String change) {
        boolean goes = !ended && change.equals(eventId);
        if (goes) {
            destinations.add(destination);
        }
        return goes;
    }

    /** The route has ended: all that were added. */
    synchronized Set<String> end() {
        ended = true;
        return Set.copyOf(destinations);
    }
}
