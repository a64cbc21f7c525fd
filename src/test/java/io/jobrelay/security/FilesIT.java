package io.jobrelay.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.testbed.Installation;
import io.jobrelay.testbed.JobrelayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the product writes is for its owner alone, under a umask that hides nothing. */
@Timeout(120)
class FilesIT {
    private static final Set<PosixFilePermission> OWNER = PosixFilePermissions.fromString("rwx------");

    @TempDir
    private Path directory;

    @Test
    void only_the_owner_can_reach_what_it_writes() throws Exception {
        JobrelayProcess run = new Installation(directory)
                .set("jobrelay.destination.file.path", "out/deep/changes-{date}.ndjson")
                .set("jobrelay.destination.queue.enabled", "true")
                .set("jobrelay.destination.queue.port", "")
                .command()
                .run("run", "--until-done");
        assertThat(run.status()).as(run.log()).isZero();

        List<String> open = new ArrayList<>();
        for (String made : List.of("data", "out")) {
            assertReached(directory.resolve(made), open);
        }
        assertThat(open).isEmpty();
        assertThat(directory.resolve("data/ledger.db")).exists();
        assertThat(directory.resolve("data/broker/journal")).isNotEmptyDirectory();
        assertThat(directory.resolve("out/deep")).isNotEmptyDirectory();
    }

    /** A closed directory closes what is in it. The ledger and the events are closed themselves, too. */
    private static void assertReached(Path path, List<String> open) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (!OWNER.containsAll(permissions) && (Files.isDirectory(path) || Files.size(path) > 0)) {
            open.add(PosixFilePermissions.toString(permissions) + " " + path);
        }
        if (Files.isDirectory(path) && !path.endsWith("broker")) {
            try (var entries = Files.newDirectoryStream(path)) {
                for (Path entry : entries) {
                    assertReached(entry, open);
                }
            }
        }
    }
}
