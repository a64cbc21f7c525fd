package io.jobrelay.reliability.agent;

import io.jobrelay.ledger.Delivery;
import io.jobrelay.ledger.Outbox;
import java.util.List;
import java.util.Set;
import net.bytebuddy.asm.Advice;

/** {@link Variant#NO_OUTBOX} */
public final class NoOutbox {
    private NoOutbox() {}

    @Advice.OnMethodExit
    static void claimed(@Advice.This Object outbox, @Advice.Return List<?> due) {
        settle(outbox, due);
    }

    /** Called from the changed code. */
    public static void settle(Object outbox, List<?> due) {
        for (Object each : due) {
            if (each instanceof Delivery delivery && delivery.destination().equals("file")) {
                ((Outbox) outbox).delivered(delivery, Set.of()).join();
            }
        }
    }
}
