package io.jobrelay.reliability.agent;

import io.jobrelay.delivery.EventFile;
import io.jobrelay.job.Event;
import java.io.IOException;
import java.io.UncheckedIOException;
import net.bytebuddy.asm.Advice;
import org.jspecify.annotations.Nullable;

/** {@link Variant#ANNOUNCE_BEFORE_COMMIT} */
public final class AnnounceBeforeCommit {
    private static volatile @Nullable EventFile file;

    private AnnounceBeforeCommit() {}

    static final class Opened {
        private Opened() {}

        @Advice.OnMethodExit
        static void opened(@Advice.Return Object opened) {
            remember(opened);
        }
    }

    static final class Appended {
        private Appended() {}

        @Advice.OnMethodExit
        static void appended(@Advice.Argument(0) Object event) {
            announce(event);
        }
    }

    /** Called from the changed code. */
    public static void remember(Object opened) {
        file = (EventFile) opened;
    }

    /** Called from the changed code. */
    public static void announce(Object change) {
        EventFile opened = file;
        if (opened != null && change instanceof Event event) {
            try {
                opened.append(event.id(), event.bytes());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
