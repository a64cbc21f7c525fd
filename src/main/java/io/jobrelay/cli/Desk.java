package io.jobrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.cli.Api.Listing;
import io.jobrelay.ledger.Deliveries.Status;
import io.jobrelay.ledger.Redelivery.Selection;
import java.util.List;

/** Where nodes, deliveries and destinations are looked after: at a Jobrelay that runs, or at the ledger of one that does not. */
interface Desk {
    /** So many deliveries at most, the newest first, each as the API tells it. */
    Listing deliveries(Status status, Selection selection, int most);

    /** Makes the selected dead deliveries pending, and says how many. */
    long redeliver(Selection selection);

    /** Makes one dead delivery pending; false if there is no dead delivery of that id. */
    boolean redeliver(String id);

    /** The nodes that work on the ledger, each as the API tells it. */
    List<JsonNode> nodes();

    /** The destinations, each as the API tells it. */
    List<JsonNode> destinations();

    /** Lets everything go to the destination of that name. */
    void enable(String name);
}
