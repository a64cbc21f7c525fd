package io.jobrelay.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;

/** The provider's program, and what it says of itself. */
final class Provider implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Program program;
    private final URI address;
    private final HttpClient client = HttpClient.newHttpClient();
    final Vitals vitals;

    private Provider(Program program, URI address, Vitals vitals) {
        this.program = program;
        this.address = address;
        this.vitals = vitals;
    }

    /**
     * @param checkEvery of so many signatures one is checked
     */
    static Provider start(Path directory, int checkEvery) throws IOException {
        Program program = Program.ours(
                Path.of("").toAbsolutePath(),
                directory.resolve("provider.log"),
                List.of("-Xmx256m"),
                CloudServer.class,
                String.valueOf(checkEvery));
        URI address = URI.create("http://127.0.0.1:" + program.line());
        return new Provider(program, address, Vitals.of(program));
    }

    URI address() {
        return address;
    }

    Counts counts() throws IOException, InterruptedException {
        return JSON.readValue(ask("counts"), Counts.class);
    }

    /** Lets no job change any more. */
    void hold() throws IOException, InterruptedException {
        ask("hold");
    }

    /** Forgets all. */
    void reset() throws IOException, InterruptedException {
        ask("reset");
    }

    private String ask(String what) throws IOException, InterruptedException {
        return client.send(
                        HttpRequest.newBuilder(address.resolve("/control/" + what))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Override
    public void close() {
        vitals.close();
        program.close();
    }
}
