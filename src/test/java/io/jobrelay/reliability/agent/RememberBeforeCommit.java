package io.jobrelay.reliability.agent;

import io.jobrelay.ledger.Intake.Answered;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import net.bytebuddy.asm.Advice;

/** {@link Variant#REMEMBER_BEFORE_COMMIT} */
public final class RememberBeforeCommit {
    private RememberBeforeCommit() {}

    @Advice.OnMethodEnter
    static void takeIn(@Advice.Argument(0) Object poll) {
        remember(poll);
    }

    /** Called from the changed code. */
    public static void remember(Object poll) {
        try {
            Method keep = poll.getClass().getDeclaredMethod("keep", Answered.class);
            keep.setAccessible(true);
            keep.invoke(poll, new Answered(List.of(), null, true, true, Instant.MAX, Set.of()));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
