package io.jobrelay.reliability;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.reliability.agent.Variant;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What docs/reliability.md says of this suite. */
class SuiteTest {
    private static final Pattern NAME = Pattern.compile("`(\\w+)`");

    @Test
    void every_kill_point_is_explained() throws IOException {
        assertThat(names("## Killed at any moment", 1))
                .isEqualTo(Arrays.stream(KillPoint.values()).map(Enum::name).collect(toSet()));
    }

    @Test
    void every_negative_control_has_a_test() {
        assertThat(Arrays.stream(NegativeControlsIT.class.getDeclaredMethods()).map(Method::getName))
                .filteredOn(name -> name.startsWith("catches"))
                .hasSize(Variant.values().length);
    }

    /** What stands in backticks in a column of a section's table. */
    private static Set<String> names(String heading, int column) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("docs/reliability.md"))) {
            return lines.dropWhile(line -> !line.equals(heading))
                    .skip(1)
                    .takeWhile(line -> !line.startsWith("## "))
                    .filter(line -> line.startsWith("|"))
                    .flatMap(line -> NAME.matcher(line.split("\\|", -1)[column]).results())
                    .map(result -> result.group(1))
                    .collect(toSet());
        }
    }
}
