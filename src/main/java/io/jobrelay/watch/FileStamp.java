package io.jobrelay.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a file has changed, without reading it.
 *
 * @param key which file it is, where the file system says so: a mount that swaps a link brings another one
 */
record FileStamp(@Nullable Object key, long size, FileTime modified) {
    /** Longer than the ticks in which any file system counts; FAT counts in two seconds. */
    private static final Duration TICK = Duration.ofSeconds(3);

    static FileStamp of(Path file) throws IOException {
        BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new FileStamp(attributes.fileKey(), attributes.size(), attributes.lastModifiedTime());
    }

    /** True if whatever is written from that time on shows: a second change within a tick may leave the first one's stamp. */
    boolean settled(Instant time) {
        return modified.toInstant().plus(TICK).isBefore(time);
    }
}
