package io.jobrelay.testbed;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Ports for servers that have to be told where to listen. They are below those that the system gives to connections, and to
 * servers that take any, and each fork of the build has its own: a port is still free when its server starts, seconds later,
 * or starts again.
 */
public final class FreePort {
    private static final int FORKS = 4;
    private static final int OF_EACH = 5_000;
    private static final int FIRST = 10_000 + Integer.getInteger("surefire.forkNumber", 1) % FORKS * OF_EACH;
    private static final AtomicInteger NEXT =
            new AtomicInteger(ThreadLocalRandom.current().nextInt(OF_EACH));

    private FreePort() {}

    /** Another one, which nobody listens at. */
    public static int next() {
        int port;
        do {
            port = FIRST + Math.floorMod(NEXT.getAndIncrement(), OF_EACH);
        } while (!isFree(port));
        return port;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
