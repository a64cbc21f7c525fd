package io.jobrelay.httpclient;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.hc.client5.http.impl.io.LenientHttpResponseParser;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.http.io.SessionInputBuffer;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections that count as stale if the last reply was longer than it said: what it left behind would be taken for
 * the reply to the next request, which may be about another job. A connection that has rested is asked whether something
 * more has come, or its end; that takes a millisecond or two, which one that is in use all the time does not have.
 *
 * @param nanoTime a clock that only runs forward, as {@link System#nanoTime()}
 */
record CleanConnections(Http1Config http, LongSupplier nanoTime)
        implements HttpConnectionFactory<ManagedHttpClientConnection> {
    private static final Timeout AT_ONCE = Timeout.ofMilliseconds(1);
    private static final long REST_NANOS = Duration.ofMillis(100).toNanos();

    /** HttpClient's own class of connections cannot be extended. */
    @Override
    public ManagedHttpClientConnection createConnection(Socket socket) throws IOException {
        Replies replies = new Replies();
        ManagedHttpClientConnection connection = ManagedHttpClientConnectionFactory.builder()
                .http1Config(http)
                .responseParserFactory(config -> replies)
                .build()
                .createConnection(socket);
        return (ManagedHttpClientConnection) Proxy.newProxyInstance(
                CleanConnections.class.getClassLoader(),
                new Class<?>[] {ManagedHttpClientConnection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("isStale")) {
                        return replies.leftOver()
                                || (replies.rested() && (connection.isStale() || connection.isDataAvailable(AT_ONCE)));
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** The replies of one connection. Their parser is the one who is shown the buffer that they come through. */
    private final class Replies extends LenientHttpResponseParser {
        private @Nullable SessionInputBuffer buffer;
        private long last = nanoTime.getAsLong();

        private Replies() {
            super(http);
        }

        @Override
        public ClassicHttpResponse parse(SessionInputBuffer from, InputStream socket)
                throws IOException, HttpException {
            buffer = from;
            ClassicHttpResponse reply = super.parse(from, socket);
            last = nanoTime.getAsLong();
            return reply;
        }

        private boolean leftOver() {
            return buffer != null && buffer.length() > 0;
        }

        private boolean rested() {
            return nanoTime.getAsLong() - last >= REST_NANOS;
        }
    }
}
