package io.jobrelay.benchmark;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;

/** One line for each event, on the disk when it returns. */
final class BareFile implements EventSender {
    private final FileChannel file;

    BareFile(String address) throws IOException {
        Path directory = Files.createDirectories(Path.of("out"));
        file = FileChannel.open(
                directory.resolve(address + ".ndjson"), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    @Override
    public void send(String id, byte[] event) throws IOException {
        byte[] line = Arrays.copyOf(event, event.length + 1);
        line[event.length] = '\n';
        file.write(ByteBuffer.wrap(line));
        file.force(false);
    }
}
