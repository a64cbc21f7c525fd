package io.jobrelay.reliability.agent;

import net.bytebuddy.asm.Advice;

/** Goes before the code of a place. */
final class OnEnter {
    private OnEnter() {}

    @Advice.OnMethodEnter
    static void enter(@Place int place, @Advice.AllArguments Object[] arguments) {
        Halt.reached(place, arguments);
    }
}
