package io.jobrelay.reliability.agent;

import net.bytebuddy.asm.Advice;

/** {@link Variant#NO_DRAIN} */
public final class NoDrain {
    private NoDrain() {}

    @Advice.OnMethodExit
    @SuppressWarnings("UnusedVariable") // Byte Buddy writes it into the method
    static void ended(@Advice.Return(readOnly = false) boolean returned) {
        returned = true;
    }
}
