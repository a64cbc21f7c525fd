package io.jobrelay.reliability.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Ends the process where it stands, no hook run, nothing flushed, or freezes it there. Static, since the changed code must
 * find it.
 */
public final class Halt {
    /** What a shell tells of a process that was killed. */
    public static final int STATUS = 137;

    /** Nobody freezes before this file is there, in the directory that the process works in. */
    public static final Path TOLD = Path.of("freeze");

    private static final List<String> REQUIRED = new ArrayList<>();
    private static String name = "";
    private static int times;
    private static int reached;
    private static boolean freezes;

    private Halt() {}

    static synchronized void add(int place, String required) {
        REQUIRED.add(place, required);
    }

    static synchronized void at(String point, int nth, boolean freeze) {
        name = point;
        times = nth;
        freezes = freeze;
    }

    /** The line that proves where the process ended. */
    public static String marker(String point) {
        return "halted at " + point;
    }

    /** Called from the changed code. */
    public static synchronized void reached(int place, Object[] arguments) {
        if (place != reached || !names(arguments, REQUIRED.get(place)) || (freezes && !Files.exists(TOLD))) {
            return;
        }
        if (place < REQUIRED.size() - 1) {
            reached++;
        } else if (--times == 0) {
            System.err.println(marker(name));
            if (freezes) {
                freeze();
            } else {
                Runtime.getRuntime().halt(STATUS);
            }
        }
    }

    /** Goes on where it stands once somebody wakes it. */
    private static void freeze() {
        String self = Long.toString(ProcessHandle.current().pid());
        try {
            new ProcessBuilder("kill", "-STOP", self).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean names(Object[] arguments, String required) {
        return required.isEmpty() || Arrays.toString(arguments).contains(required);
    }
}
