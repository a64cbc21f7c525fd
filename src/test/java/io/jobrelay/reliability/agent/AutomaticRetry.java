package io.jobrelay.reliability.agent;

import net.bytebuddy.asm.Advice;

/** {@link Variant#AUTOMATIC_RETRY}: the call that would switch retries off does nothing. */
final class AutomaticRetry {
    private AutomaticRetry() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean disable() {
        return true;
    }

    @Advice.OnMethodExit
    @SuppressWarnings("UnusedVariable") // Byte Buddy writes it into the method
    static void disabled(
            @Advice.This Object builder,
            @Advice.Return(
                            readOnly = false,
                            typing = net.bytebuddy.implementation.bytecode.assign.Assigner.Typing.DYNAMIC)
                    Object returned) {
        returned = builder;
    }
}
