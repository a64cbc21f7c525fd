package io.jobrelay.reliability.agent;

import io.jobrelay.ledger.DueWatch;
import java.util.Map;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.implementation.bytecode.assign.Assigner;
import org.jspecify.annotations.Nullable;

/** {@link Variant#NO_FENCING}: whatever the number of the claim, it counts as the last one. */
public final class NoFencing {
    private NoFencing() {}

    @Advice.OnMethodExit
    @SuppressWarnings("UnusedVariable") // Byte Buddy writes it into the method
    static void held(
            @Advice.Argument(0) Map<?, ?> states,
            @Advice.Argument(1) Object due,
            @Advice.Return(readOnly = false, typing = Assigner.Typing.DYNAMIC) @Nullable Object returned) {
        returned = state(states, due);
    }

    /** Called from the changed code. */
    public static @Nullable Object state(Map<?, ?> states, Object due) {
        return states.get(((DueWatch) due).id());
    }
}
