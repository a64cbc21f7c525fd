package io.jobrelay.benchmark;

import java.net.URI;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** Polls all jobs in turn, for ever, from so many threads. What goes wrong ends it. */
final class PollLoop {
    private PollLoop() {}

    public static void main(String[] arguments) throws ReflectiveOperationException {
        FlowArguments flow = FlowArguments.of(Arrays.copyOfRange(arguments, 1, arguments.length));
        PollClient client = Class.forName(arguments[0])
                .asSubclass(PollClient.class)
                .getDeclaredConstructor(Api.class, URI.class, int.class)
                .newInstance(flow.api(), flow.provider(), flow.concurrency());
        AtomicInteger next = new AtomicInteger();
        for (int thread = 0; thread < flow.concurrency(); thread++) {
            new Thread(() -> loop(client, next, flow.jobs())).start();
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
