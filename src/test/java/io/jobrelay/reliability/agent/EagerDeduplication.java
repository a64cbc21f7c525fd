package io.jobrelay.reliability.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import net.bytebuddy.asm.Advice;

/** {@link Variant#EAGER_DEDUPLICATION}: ids are remembered on disk, before anything is done with them. */
public final class EagerDeduplication {
    private static final Path KNOWN = Path.of("known-ids.txt");

    private EagerDeduplication() {}

    @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
    static boolean append(@Advice.Argument(0) String eventId) {
        return isKnown(eventId);
    }

    /** Called from the changed code. */
    public static synchronized boolean isKnown(String eventId) {
        try {
            if (Files.exists(KNOWN) && Files.readAllLines(KNOWN).contains(eventId)) {
                return true;
            }
            Files.writeString(KNOWN, eventId + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            return false;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
