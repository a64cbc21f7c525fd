package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bin/jobrelay} starts Java with, told by a Java that does nothing but repeat it, a word a line. */
class StartScriptTest {
    private static final String SERIAL = "-XX:+UseSerialGC";

    @TempDir
    private Path directory;

    private Path home;

    @BeforeEach
    void is_installed() throws IOException {
        home = directory.toRealPath().resolve("with a space");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
        Files.copy(Path.of("src/main/assembly/bin/jobrelay"), home.resolve("bin/jobrelay"));
        Path java = home.resolve("java/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void begins_with_a_small_heap_and_sets_no_end_to_it() throws Exception {
        assertThat(words(Map.of()))
                .contains("-Xms32m", "-XX:MaxHeapFreeRatio=40", SERIAL)
                .noneMatch(word -> word.startsWith("-Xmx") || word.contains("MaxRAM"));
    }

    @Test
    void the_last_word_is_the_users() throws Exception {
        assertThat(words(Map.of("JAVA_OPTS", "-Xmx1g -Da=b", "JOBRELAY_OPTS", "-Xmx2g"), "run", "two words"))
                .containsSubsequence("-Xms32m", SERIAL, "-Xmx1g", "-Da=b", "-Xmx2g", "-jar")
                .endsWith("-jar", home.resolve("lib/jobrelay.jar").toString(), "run", "two words");
    }

    @Test
    void names_no_second_collector() throws Exception {
        for (String variable : List.of("JAVA_OPTS", "JOBRELAY_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS")) {
            assertThat(words(Map.of(variable, "-Xmx1g -XX:+UseZGC -Da=b")))
                    .as(variable)
                    .doesNotContain(SERIAL);
        }
        assertThat(words(Map.of("JAVA_OPTS", "-XX:+UseStringDeduplication -XX:GCTimeRatio=9")))
                .contains(SERIAL);
    }

    @Test
    void takes_the_classes_that_were_laid_out_where_there_are_any() throws Exception {
        Path archive = home.resolve("lib/jobrelay.jsa");
        String option = "-XX:SharedArchiveFile=" + archive;

        assertThat(words(Map.of())).doesNotContain(option);

        Files.createFile(archive);
        assertThat(words(Map.of("JAVA_OPTS", "-XX:SharedArchiveFile=mine.jsa")))
                .containsSubsequence("-Xlog:cds*=off", option, "-XX:SharedArchiveFile=mine.jsa");
    }

    private List<String> words(Map<String, String> environment, String... arguments) throws Exception {
        Path out = directory.resolve("out");
        ProcessBuilder builder =
                new ProcessBuilder("sh", home.resolve("bin/jobrelay").toString());
        builder.command().addAll(List.of(arguments));
        builder.environment()
                .keySet()
                .removeAll(List.of("JAVA_OPTS", "JOBRELAY_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
        builder.environment().put("JAVA_HOME", home.resolve("java").toString());
        builder.environment().putAll(environment);
        Process process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();

        assertThat(process.waitFor()).isZero();
        return Files.readAllLines(out);
    }
}
