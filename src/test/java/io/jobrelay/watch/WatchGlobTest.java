package io.jobrelay.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WatchGlobTest {
    @TempDir
    Path directory;

    @BeforeEach
    void has_one_file() throws IOException {
        Files.createDirectory(directory.resolve("watches"));
        Files.writeString(directory.resolve("watches/a.yaml"), "");
    }

    @Test
    void warns_of_a_glob_that_matches_no_file_and_names_the_directory_that_was_probably_meant() {
        WatchGlob.Found found = new WatchGlob(List.of(
                        directory + "/watches/*.yaml", directory + "/watches/*.yml", directory + "/wathces/*.yaml"))
                .find();

        assertThat(found.files()).containsExactly(directory.resolve("watches/a.yaml"));
        assertThat(found.missing()).containsExactly(directory.resolve("wathces"));
        assertThat(found.unmatched())
                .containsExactly(
                        directory + "/watches/*.yml matches no file; watches may also come by the API",
                        directory + "/wathces/*.yaml matches no file; did you mean 'watches'?; watches may also come by"
                                + " the API");
    }

    @Test
    void is_content_with_what_matches() {
        assertThat(new WatchGlob(List.of(directory + "/*/a.yaml")).find().unmatched())
                .isEmpty();
    }
}
