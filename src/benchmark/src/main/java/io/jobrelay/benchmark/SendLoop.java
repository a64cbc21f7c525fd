package io.jobrelay.benchmark;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** Sends one event so many times from so many threads: {@code <client> <address> <file of the event> <threads> <events>}. */
final class SendLoop {
    private SendLoop() {}

    public static void main(String[] arguments) throws Exception {
        EventSender sender = Class.forName(arguments[0])
                .asSubclass(EventSender.class)
                .getDeclaredConstructor(String.class)
                .newInstance(arguments[1]);
        byte[] event = Files.readAllBytes(Path.of(arguments[2]));
        int events = Integer.parseInt(arguments[4]);
        AtomicInteger next = new AtomicInteger();
        for (int thread = 0; thread < Integer.parseInt(arguments[3]); thread++) {
            new Thread(() -> loop(sender, event, next, events)).start();
        }
        // Whoever counts may still want the broker.
        Thread.sleep(Long.MAX_VALUE);
    }

    private static void loop(EventSender sender, byte[] event, AtomicInteger next, int events) {
        try {
            for (int number = next.getAndIncrement(); number < events; number = next.getAndIncrement()) {
                sender.send("event-" + number, event);
            }
        } catch (Exception | LinkageError e) {
            e.printStackTrace();
            System.exit(1);
        }
    }
}
