package io.jobrelay.httpclient;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;

/**
 * Runs one HTTP exchange whole, from the wait for a connection to the last byte of the reply, within one deadline, and
 * gives the reply on with its body in memory: at most the limit, counted after decompression.
 *
 * <p>Apache HttpClient's own timeouts each bound one wait for one packet, so a receiver that sends a byte now and then
 * holds a thread for as long as it likes. Here the deadline cuts the connection from another thread. It covers all but
 * the lookup of the host's name, which Java cannot interrupt.
 *
 * <p>Belongs outermost in the chain. A reply that is cut, refused or broken costs its connection; a good one puts it
 * back into the pool.
 */
final class BoundedExchange {
    private final Duration deadline;
    private final int replyLimitBytes;
    private final ScheduledThreadPoolExecutor alarms;
    private final Set<ExecChain.Scope> running = ConcurrentHashMap.newKeySet();
    private volatile boolean stopped;

    /**
     * @param deadline from the wait for a connection to the last byte of the reply, above zero
     * @param replyLimitBytes the largest body accepted, decompressed, above zero
     */
    BoundedExchange(Duration deadline, int replyLimitBytes) {
        Objects.requireNonNull(deadline, "deadline is null");
        if (deadline.isNegative() || deadline.isZero()) {
            throw new IllegalArgumentException("deadline: must be above zero, was " + deadline);
        }
        if (replyLimitBytes < 1 || replyLimitBytes == Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "replyLimitBytes: must be from 1 to " + (Integer.MAX_VALUE - 1) + ", was " + replyLimitBytes);
        }
        this.deadline = deadline;
        this.replyLimitBytes = replyLimitBytes;
        this.alarms = alarms();
    }

    /**
     * @param closed true once the connections of the exchange have been closed
     * @throws RequestCutException if that, or the stop, ended it
     */
    ClassicHttpResponse execute(
            ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain, BooleanSupplier closed)
            throws IOException, HttpException {
        running.add(scope);
        AtomicBoolean passed = new AtomicBoolean();
        Future<?> alarm = alarms.schedule(
                () -> {
                    passed.set(true);
                    cut(scope);
                },
                deadline.toNanos(),
                TimeUnit.NANOSECONDS);
        boolean whole = false;
        try {
            if (stopped) {
                throw new RequestCutException(host(scope));
            }
            ClassicHttpResponse reply = chain.proceed(request, scope);
            takeBody(reply, scope);
            whole = !passed.get();
            if (whole) {
                return reply;
            }
            throw new DeadlinePassedException(host(scope), deadline);
        } catch (IOException | HttpException | RuntimeException failure) {
            if (passed.get() && !(failure instanceof DeadlinePassedException)) {
                DeadlinePassedException late = new DeadlinePassedException(host(scope), deadline);
                late.initCause(failure);
                throw late;
            }
            if ((stopped || closed.getAsBoolean()) && !(failure instanceof RequestCutException)) {
                RequestCutException cut = new RequestCutException(host(scope));
                cut.initCause(failure);
                throw cut;
            }
            throw failure;
        } finally {
            running.remove(scope);
            alarm.cancel(false);
            if (!whole) {
                scope.execRuntime.discardEndpoint();
            }
        }
    }

    /** Cuts the exchanges that are running, and lets no other begin. */
    void stop() {
        stopped = true;
        running.forEach(BoundedExchange::cut);
    }

    /** Replaces the body that is still on its way by its bytes; reading to the end frees the connection. */
    private void takeBody(ClassicHttpResponse reply, ExecChain.Scope scope) throws IOException {
        HttpEntity entity = reply.getEntity();
        if (entity == null) {
            return;
        }
        long length = entity.getContentLength();
        if (length > replyLimitBytes) {
            throw tooLarge(scope);
        }
        try (InputStream content = entity.getContent()) {
            byte[] body = content.readNBytes(length < 0 ? replyLimitBytes + 1 : (int) length);
            if (body.length > replyLimitBytes) {
                throw tooLarge(scope);
            }
            // The type is in the reply's header too, and it is there that camel-http reads it.
            reply.setEntity(new ByteArrayEntity(body, null));
        }
        // A coding that HttpClient does not know, such as "not-gzip", would be undone by camel-http, past the limit.
        reply.removeHeaders(HttpHeaders.CONTENT_ENCODING);
    }

    /** Cuts the connection first: closing the stream of a live one would read the rest of it. */
    private ReplyTooLargeException tooLarge(ExecChain.Scope scope) {
        scope.execRuntime.discardEndpoint();
        return new ReplyTooLargeException(host(scope), replyLimitBytes);
    }

    /** Ends the wait for a connection, the connecting and the reading, whichever is going on. */
    private static void cut(ExecChain.Scope scope) {
        if (scope.originalRequest instanceof Cancellable request) {
            request.cancel();
        }
        scope.execRuntime.discardEndpoint();
    }

    private static String host(ExecChain.Scope scope) {
        return scope.route.getTargetHost().toHostString();
    }

    /** One thread for all exchanges, which ends when there is none; finished exchanges leave no task behind. */
    private static ScheduledThreadPoolExecutor alarms() {
        ScheduledThreadPoolExecutor alarms = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "http-deadlines");
            thread.setDaemon(true);
            return thread;
        });
        alarms.setRemoveOnCancelPolicy(true);
        alarms.setKeepAliveTime(1, TimeUnit.MINUTES);
        alarms.allowCoreThreadTimeOut(true);
        return alarms;
    }
}
