package io.jobrelay.reliability.agent;

import net.bytebuddy.asm.Advice;

/** Goes behind the code of a place. */
final class OnExit {
    private OnExit() {}

    @Advice.OnMethodExit
    static void exit(@Place int place, @Advice.AllArguments Object[] arguments) {
        Halt.reached(place, arguments);
    }
}
