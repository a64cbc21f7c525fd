package io.jobrelay.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where changes are sent to: the destination of Jobrelay, the client that sends there without it, and who counts them. */
enum Sink {
    FILE("file", BareFile.class) {
        @Override
        Arrivals arrivals(Path directory, Provider provider, int port) {
            return new LinesWritten(directory.resolve("out"));
        }
    },
    QUEUE("queue", BareQueue.class) {
        @Override
        Map<String, String> properties(Provider provider, int port) {
            return Map.of(
                    "jobrelay.destination.queue.enabled",
                    "true",
                    "jobrelay.destination.queue.port",
                    String.valueOf(port));
        }

        @Override
        Arrivals arrivals(Path directory, Provider provider, int port) {
            return new MessagesTaken(port);
        }
    },
    KAFKA("kafka", BareKafka.class) {
        @Override
        Program server(Path directory, int port) throws IOException {
            Path own = directory.resolve("kafka");
            Program server = Program.ours(
                    directory,
                    directory.resolve("kafka.log"),
                    List.of("-Xmx512m"),
                    KafkaServer.class,
                    own.toString(),
                    String.valueOf(port));
            server.line();
            return server;
        }

        @Override
        Map<String, String> properties(Provider provider, int port) {
            return Map.of(
                    "jobrelay.destination.kafka.brokers",
                    "127.0.0.1:" + port,
                    "jobrelay.destination.kafka.topic",
                    KafkaServer.TOPIC);
        }

        @Override
        Arrivals arrivals(Path directory, Provider provider, int port) {
            return new RecordsKept(port);
        }
    },
    WEBHOOK("webhook", BareWebhook.class) {
        @Override
        String address(Provider provider, int port) {
            return provider.address() + "/webhook";
        }

        @Override
        Map<String, String> properties(Provider provider, int port) {
            return JobrelayDirectory.webhook(provider);
        }

        @Override
        Arrivals arrivals(Path directory, Provider provider, int port) {
            return () -> provider.counts().posts();
        }
    };

    /** The name of the destination, and of its route. */
    final String destination;

    final Class<? extends EventSender> bare;

    Sink(String destination, Class<? extends EventSender> bare) {
        this.destination = destination;
        this.bare = bare;
    }

    /** Starts what Jobrelay and the bare client both need, and have not in them; null where that is nothing. */
    @Nullable
    Program server(Path directory, int port) throws IOException {
        return null;
    }

    /** What the bare client is told. */
    String address(Provider provider, int port) {
        return String.valueOf(port);
    }

    /** What switches the destination on. */
    Map<String, String> properties(Provider provider, int port) {
        return Map.of();
    }

    /** Counts, from now on, what has come. */
    abstract Arrivals arrivals(Path directory, Provider provider, int port);

    /** How many events have come. */
    interface Arrivals extends AutoCloseable {
        long count() throws IOException, InterruptedException;

        @Override
        default void close() {}
    }

    /** Of files only what is new is read, so that counting costs the same all the time. */
    private static final class LinesWritten implements Arrivals {
        private final Path directory;
        private long lines;
        private long read;

        private LinesWritten(Path directory) {
            this.directory = directory;
        }

        @Override
        public long count() throws IOException {
            if (!Files.isDirectory(directory)) {
                return 0;
            }
            try (Stream<Path> files = Files.list(directory)) {
                files.filter(file -> file.toString().endsWith(".ndjson")).forEach(this::count);
            }
            return lines;
        }

        private void count(Path file) {
            try (SeekableByteChannel channel = Files.newByteChannel(file)) {
                byte[] fresh = new byte[(int) (channel.size() - read)];
                int length = channel.position(read).read(ByteBuffer.wrap(fresh));
                read += Math.max(0, length);
                for (int at = 0; at < length; at++) {
                    lines += fresh[at] == '\n' ? 1 : 0;
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
