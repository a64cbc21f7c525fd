package io.jobrelay.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.jobrelay.job.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.HttpURLConnection;
import java.net.URI;
import java.util.Map;

/** A reader of server-sent events, as the specification says a browser reads them. */
public final class EventReader implements AutoCloseable {
    private static final long LIMIT_NANOS = 30_000_000_000L;

    private final HttpURLConnection connection;
    private final BufferedReader lines;
    /** Where to resume. */
    String lastId = "";

    public EventReader(String url, Map<String, String> headers) throws IOException {
        connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setReadTimeout(30_000);
        headers.forEach(connection::setRequestProperty);
        InputStream stream = connection.getInputStream();
        lines = new BufferedReader(new InputStreamReader(stream, UTF_8));
    }

    /** An event with data. */
    public record Received(String id, String type, String data) {
        public String at(String pointer) {
            return Json.read(data, com.fasterxml.jackson.databind.JsonNode.class)
                    .at(pointer)
                    .asText();
        }
    }

    /** Reads what comes before the first event: then nothing is missed any more. */
    public EventReader begun() throws IOException {
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                lastId = line.substring(4);
            }
        }
        return this;
    }

    /** Waits for the next event. */
    public Received next() throws IOException {
        String type = "message";
        StringBuilder data = new StringBuilder();
        String id = lastId;
        long begin = System.nanoTime();
        while (true) {
            String line = lines.readLine();
            if (System.nanoTime() - begin > LIMIT_NANOS) {
                throw new IOException("no event comes");
            }
            if (line == null) {
                throw new IOException("the stream has ended");
            }
            if (line.isEmpty()) {
                lastId = id;
                if (data.length() > 0) {
                    return new Received(id, type, data.toString());
                }
            } else if (line.startsWith("id: ")) {
                id = line.substring(4);
            } else if (line.startsWith("event: ")) {
                type = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data.append(line.substring(6));
            }
        }
    }

    @Override
    public void close() {
        connection.disconnect();
    }
}
