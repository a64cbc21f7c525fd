package io.jobrelay.reliability.agent;

import java.util.Set;
import net.bytebuddy.asm.Advice;

/** {@link Variant#NO_FENCING}: no lease counts as lost. */
public final class NoFencing {
    private NoFencing() {}

    @Advice.OnMethodExit
    @SuppressWarnings("UnusedVariable") // Byte Buddy writes it into the method
    static void lost(@Advice.Return(readOnly = false) Set<?> returned) {
        returned = Set.of();
    }
}
