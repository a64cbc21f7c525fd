package io.jobrelay.reliability.agent;

import java.io.IOException;
import java.io.RandomAccessFile;
import net.bytebuddy.asm.Advice;

/** {@link Variant#ACKNOWLEDGE_BEFORE_FLUSH}: what is appended is held back until more comes or the file is closed. */
public final class AcknowledgeBeforeFlush {
    private static byte[] held = {};

    private AcknowledgeBeforeFlush() {}

    static final class Appending {
        private Appending() {}

        @Advice.OnMethodEnter
        static void append(@Advice.Argument(value = 0, readOnly = false) byte[] lines) {
            lines = exchange(lines);
        }
    }

    static final class Closing {
        private Closing() {}

        @Advice.OnMethodEnter
        static void close(@Advice.FieldValue("file") RandomAccessFile file) throws IOException {
            file.seek(file.length());
            file.write(exchange(new byte[0]));
        }
    }

    /** Called from the changed code. */
    public static synchronized byte[] exchange(byte[] lines) {
        byte[] before = held;
        held = lines;
        return before;
    }
}
