package io.jobrelay.benchmark;

import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;

/** Polls all jobs in turn, for ever, from so many threads. What goes wrong ends it. */
final class PollLoop {
    private PollLoop() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
        Api api = Api.valueOf(arguments[1]);
        URI provider = URI.create(arguments[2]);
        int threads = Integer.parseInt(arguments[3]);
        int jobs = Integer.parseInt(arguments[4]);
        PollClient client = Class.forName(arguments[0])
                .asSubclass(PollClient.class)
                .getDeclaredConstructor(Api.class, URI.class, int.class)
                .newInstance(api, provider, threads);
        AtomicInteger next = new AtomicInteger();
        for (int thread = 0; thread < threads; thread++) {
            new Thread(() -> loop(client, next, jobs)).start();
        }
    }

    private static void loop(PollClient client, AtomicInteger next, int jobs) {
        try {
            while (true) {
                String state = client.poll(Api.job(Math.floorMod(next.getAndIncrement(), jobs)));
                if (state.isEmpty()) {
                    throw new IllegalStateException("a reply without a state");
                }
            }
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
            System.exit(1);
        }
    }
}
