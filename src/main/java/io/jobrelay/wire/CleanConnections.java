package io.jobrelay.wire;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.Socket;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.io.ManagedHttpClientConnection;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.HttpConnectionFactory;
import org.apache.hc.core5.util.Timeout;

/**
 * Makes connections that count as stale if the last reply was longer than it said: what it left behind would be taken for
 * the reply to the next request, which may be about another job.
 */
final class CleanConnections implements HttpConnectionFactory<ManagedHttpClientConnection> {
    private static final Timeout AT_ONCE = Timeout.ofMilliseconds(1);

    private final ManagedHttpClientConnectionFactory connections;

    CleanConnections(Http1Config http) {
        this.connections =
                ManagedHttpClientConnectionFactory.builder().http1Config(http).build();
    }

    /** HttpClient's own class of connections cannot be extended. */
    @Override
    public ManagedHttpClientConnection createConnection(Socket socket) throws IOException {
        ManagedHttpClientConnection connection = connections.createConnection(socket);
        return (ManagedHttpClientConnection) Proxy.newProxyInstance(
                CleanConnections.class.getClassLoader(),
                new Class<?>[] {ManagedHttpClientConnection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("isStale")) {
                        return connection.isStale() || connection.isDataAvailable(AT_ONCE);
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
