package io.jobrelay.secrets;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.Set;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;

class MultiPatternMatcherTest {
    @Property
    void finds_what_a_regular_expression_of_all_finds(
            @ForAll @Size(min = 1, max = 5)
                    Set<@StringLength(min = 4, max = 9) @CharRange(from = 'a', to = 'b') String> texts,
            @ForAll @StringLength(max = 60) @CharRange(from = 'a', to = 'b') String text) {
        String any = texts.stream()
                .sorted(Comparator.comparing(String::length).reversed())
                .map(Pattern::quote)
                .collect(joining("|"));

        assertThat(new MultiPatternMatcher(texts).replaceIn(text, "*")).isEqualTo(text.replaceAll(any, "*"));
    }
}
