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

/**
 * What {@code bin/jobrelay} and {@code bin/quicken} start Java with, told by a Java that does nothing but repeat it, a word a
 * line.
 */
class StartScriptIT {
    private static final String SERIAL = "-XX:+UseSerialGC";

    @TempDir
    private Path directory;

    private Path home;

    @BeforeEach
    void is_installed() throws IOException {
        home = directory.toRealPath().resolve("with a space");
        Files.createDirectories(home.resolve("bin"));
        Files.createDirectories(home.resolve("lib"));
        for (String script : List.of("bin/jobrelay", "bin/quicken")) {
            Files.copy(Path.of("src/main/assembly").resolve(script), home.resolve(script));
        }
        for (String part : List.of("application.properties", "routes", "seeds")) {
            Files.createFile(home.resolve(part));
        }
        java("printf '%s\\n' \"$@\"");
    }

    private void java(String does) throws IOException {
        Path java = home.resolve("java/bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\n" + does + "\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void starts_with_a_small_heap_that_may_grow() throws Exception {
        assertThat(words(Map.of()))
                .contains("-Xms32m", "-XX:MaxHeapFreeRatio=40", "-XX:MetaspaceSize=64m", SERIAL)
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

    @Test
    void quicken_puts_what_java_has_laid_out_where_all_may_read_it() throws Exception {
        Path archive = home.resolve("lib/jobrelay.jsa");
        Files.writeString(archive, "of another Java");
        java("for word; do case $word in -XX:ArchiveClassesAtExit=*) echo \"$PWD\" >\"${word#*=}\";; "
                + "-XX:SharedArchiveFile=*) exit 9;; esac; done");

        Process process = start(
                "bin/quicken",
                Map.of("TMPDIR", Files.createDirectory(home.resolve("tmp")).toString()));

        assertThat(process.waitFor()).isZero();
        assertThat(archive).content().startsWith(home.resolve("tmp") + "/");
        assertThat(Files.getPosixFilePermissions(archive)).isEqualTo(PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(home.resolve("lib")).isDirectoryNotContaining("glob:**.jsa.*");
        assertThat(home.resolve("tmp")).isEmptyDirectory();
    }

    @Test
    void quicken_says_what_java_said_and_leaves_nothing_where_it_failed() throws Exception {
        java("for word; do case $word in -XX:ArchiveClassesAtExit=*) echo half >\"${word#*=}\";; esac; done; "
                + "echo no room; exit 1");

        Process process = start("bin/quicken", Map.of());

        assertThat(process.waitFor()).isOne();
        assertThat(out()).contains("no room", "quicken: Java has left no archive; Jobrelay starts as before");
        assertThat(home.resolve("lib")).isEmptyDirectory();
    }

    private List<String> words(Map<String, String> environment, String... arguments) throws Exception {
        Process process = start("bin/jobrelay", environment, arguments);

        assertThat(process.waitFor()).isZero();
        return out();
    }

    private List<String> out() throws IOException {
        return Files.readAllLines(directory.resolve("out"));
    }

    private Process start(String script, Map<String, String> environment, String... arguments) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sh", home.resolve(script).toString());
        builder.command().addAll(List.of(arguments));
        builder.environment()
                .keySet()
                .removeAll(List.of("JAVA_OPTS", "JOBRELAY_OPTS", "JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS"));
        builder.environment().put("JAVA_HOME", home.resolve("java").toString());
        builder.environment().putAll(environment);
        return builder.redirectErrorStream(true)
                .redirectOutput(directory.resolve("out").toFile())
                .start();
    }
}
