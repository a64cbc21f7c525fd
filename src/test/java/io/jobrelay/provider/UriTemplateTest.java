package io.jobrelay.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UriTemplateTest {
    /** The values of the examples in RFC 6570, section 1.2 and 3.2. */
    private static final Map<String, Object> VALUES = Map.of(
            "var", "value",
            "hello", "Hello World!",
            "half", "50%",
            "path", "/foo/bar",
            "x", "1024",
            "y", "768",
            "empty", "",
            "list", List.of("red", "green", "blue"),
            "none", List.of(),
            "dots", "..");

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {var}                | value
            {hello}              | Hello%20World%21
            {half}               | 50%25
            O{x}X                | O1024X
            {+path}/here         | /foo/bar/here
            {?x,y}               | ?x=1024&y=768
            {?x,y,empty}         | ?x=1024&y=768&empty=
            {?x,undef}           | ?x=1024
            {?undef}             | ''
            {?none*}             | ''
            {?none}              | ''
            {?list}              | ?list=red,green,blue
            {?list*}             | ?list=red&list=green&list=blue
            ?fixed=yes{&x}       | ?fixed=yes&x=1024
            {&x,y,empty}         | &x=1024&y=768&empty=
            {&list*}             | &list=red&list=green&list=blue
            /a/{var}/b{?half}    | /a/value/b?half=50%25
            """)
    void expands_as_rfc_6570_does(String template, String expected) {
        assertThat(new UriTemplate(template).expand(VALUES::get)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{", "}", "{}", "{var", "{a,b}", "{a*}", "{+a*}", "{#a}", "{/a}", "{?}", "{?a,}", "{?a**}", "{a b}",
                "{?a:3}", "{a.}"
            })
    void refuses_what_it_would_not_expand(String template) {
        assertThatThrownBy(() -> new UriTemplate(template))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'" + template + "'")
                .hasMessageContaining("{?name,names*}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/{undef}", "/{empty}", "{+undef}", "/{list}", "/{dots}"})
    void refuses_a_value_that_cannot_stand_there(String template) {
        assertThatThrownBy(() -> new UriTemplate(template).expand(VALUES::get))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(template.substring(template.indexOf('{')));
    }

    @Test
    void takes_no_value_for_a_reference_to_a_group() {
        assertThat(new UriTemplate("{a}").expand(name -> "$1\\")).isEqualTo("%241%5C");
    }
}
