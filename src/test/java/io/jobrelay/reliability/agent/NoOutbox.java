package io.jobrelay.reliability.agent;

import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Outbox;
import java.util.Set;
import net.bytebuddy.asm.Advice;

/** {@link Variant#NO_OUTBOX} */
public final class NoOutbox {
    private NoOutbox() {}

    @Advice.OnMethodExit
    static void read(@Advice.This Object outbox, @Advice.Return Object page) {
        settle(outbox, page);
    }

    /** Called from the changed code. */
    public static void settle(Object outbox, Object page) {
        for (Delivery delivery : ((Outbox.Page) page).deliveries()) {
            if (delivery.destination().equals("file")) {
                ((Outbox) outbox).delivered(delivery, Set.of(), null).join();
            }
        }
    }
}
