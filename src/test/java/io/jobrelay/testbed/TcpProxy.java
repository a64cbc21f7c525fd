package io.jobrelay.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands between a client and a server on this machine and does to their connections what networks do: it refuses, resets
 * and stalls them, at once or after so many bytes. Any number of connections; all have the same fate.
 */
public final class TcpProxy implements AutoCloseable {
    private static final int BUFFER = 8192;
    private static final long NEVER = Long.MAX_VALUE;

    private final ServerSocket socket;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger resets = new AtomicInteger();
    private final AtomicLong allowed = new AtomicLong(NEVER);
    private final AtomicLong untilFate = new AtomicLong(NEVER);
    private final Object flow = new Object();
    private volatile int server;
    private volatile boolean refusing;
    private volatile boolean answersAreLost;
    private volatile Runnable fate = () -> {};
    private boolean stalled;

    /**
     * @param server the port that is passed on to
     */
    public TcpProxy(int server) throws IOException {
        this.server = server;
        this.socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        threads.execute(this::accept);
    }

    public int port() {
        return socket.getLocalPort();
    }

    /** From now on connections lead to another port. */
    public void redirect(int port) {
        server = port;
    }

    /** How many connections came to the end of {@link #resetAfter}. */
    public int resets() {
        return resets.get();
    }

    /** Resets every connection, and every new one. */
    public void cut() {
        refusing = true;
        reset();
    }

    /** Resets every connection; new ones are passed on. */
    public void reset() {
        open.forEach(TcpProxy::reset);
    }

    /** Keeps every connection, and passes nothing on. */
    public void stall() {
        synchronized (flow) {
            stalled = true;
        }
    }

    /** Passes so many more bytes of clients on, all connections together, and then resets the one that sends more. */
    public void resetAfter(long bytes) {
        allowed.set(bytes);
    }

    /** Passes on what clients say, and nothing of what they are answered: "did it, but did not say so". */
    public void loseAnswers() {
        answersAreLost = true;
    }

    /** Does something of the above once clients have sent so many more bytes, before the last of them are passed on. */
    public void after(long bytes, Runnable what) {
        fate = what;
        untilFate.set(bytes);
    }

    /** Passes everything on, what was stalled first. What was lost stays lost. */
    public void restore() {
        refusing = false;
        answersAreLost = false;
        allowed.set(NEVER);
        synchronized (flow) {
            stalled = false;
            flow.notifyAll();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
        reset();
        threads.shutdownNow();
    }

    private void accept() {
        while (!socket.isClosed()) {
            try {
                Socket client = socket.accept();
                if (refusing) {
                    reset(client);
                } else {
                    connect(client);
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void connect(Socket client) {
        Socket target = new Socket();
        try {
            target.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server));
        } catch (IOException noServer) {
            reset(client);
            return;
        }
        open.add(client);
        open.add(target);
        threads.execute(() -> pass(client, target, true));
        threads.execute(() -> pass(target, client, false));
    }

    private void pass(Socket from, Socket to, boolean fromClient) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (fromClient) {
                    meetFate(read);
                }
                awaitFlow();
                int passed = fromClient ? take(read) : answersAreLost ? 0 : read;
                out.write(buffer, 0, passed);
                out.flush();
                if (fromClient && passed < read) {
                    resets.incrementAndGet();
                    return;
                }
            }
        } catch (IOException | InterruptedException ended) {
            // One end has gone: so goes the other.
        } finally {
            reset(from);
            reset(to);
            open.remove(from);
            open.remove(to);
        }
    }

    private void meetFate(int bytes) {
        long before = untilFate.getAndUpdate(left -> left <= bytes ? NEVER : left == NEVER ? NEVER : left - bytes);
        if (before <= bytes) {
            fate.run();
        }
    }

    private void awaitFlow() throws InterruptedException {
        synchronized (flow) {
            while (stalled) {
                flow.wait();
            }
        }
    }

    /** As many of these bytes as may still pass. */
    private int take(int bytes) {
        long before = allowed.getAndUpdate(left -> left == NEVER ? NEVER : Math.max(0, left - bytes));
        return (int) Math.min(bytes, before);
    }

    private static void reset(Socket one) {
        try {
            one.setSoLinger(true, 0);
            one.close();
        } catch (IOException alreadyClosed) {
            // As it should be.
        }
    }
}
