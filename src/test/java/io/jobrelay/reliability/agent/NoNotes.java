package io.jobrelay.reliability.agent;

import java.util.concurrent.CompletableFuture;
import net.bytebuddy.asm.Advice;

/** {@link Variant#NO_NOTES} */
public final class NoNotes {
    private NoNotes() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean skipped() {
        return true;
    }

    @Advice.OnMethodExit
    @SuppressWarnings("UnusedVariable") // Byte Buddy writes it into the method
    static void noted(@Advice.Return(readOnly = false) CompletableFuture<?> returned) {
        returned = CompletableFuture.completedFuture(true);
    }
}
