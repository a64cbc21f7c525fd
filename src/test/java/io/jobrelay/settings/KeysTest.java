package io.jobrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.Signing;
import io.jobrelay.settings.Key.Trait;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeysTest {
    @ParameterizedTest
    @EnumSource
    void what_a_scheme_needs_is_read(Signing signing) {
        assertThat(Keys.PROOF)
                .extracting(Key::parameter)
                .containsAll(signing.needs().stream()
                        .filter(need -> !need.startsWith("header."))
                        .flatMap(need -> Stream.of(need.split(Signing.OR)))
                        .toList());
    }

    /** The log and the environment know a secret by nothing but its name. */
    @Test
    void a_secret_has_the_name_of_one() {
        assertThat(Keys.all())
                .filteredOn(key -> key.is(Trait.SECRET))
                .containsExactlyInAnyOrderElementsOf(Keys.all()
                        .filter(
                                key -> key.parameter()
                                        .matches(
                                                "secret|secret-key|access-key|security-token|token|password|client-secret|<header>"))
                        .toList());
    }

    @Test
    void every_default_keeps_its_rule() {
        assertThat(Keys.all())
                .filteredOn(key -> !key.fallback().isEmpty())
                .hasSizeGreaterThan(25)
                .allSatisfy(key -> assertThat(key.rule().parse(key.fallback()))
                        .as(key.name())
                        .isPresent());
    }

    @Test
    void what_belongs_to_accounts_and_destinations_is_live() {
        assertThat(Keys.all())
                .filteredOn(key -> Keys.OWNED.matcher(key.name()).matches())
                .hasSizeGreaterThan(30)
                .allMatch(key -> key.is(Trait.LIVE));
    }

    @Test
    void a_destination_that_jobrelay_comes_with_has_no_parameters_but_its_own() {
        assertThat(Keys.unknown("jobrelay.destination.crm.allow-private")).isEmpty();
        assertThat(Keys.unknown("jobrelay.destination.crm.any-other")).isEmpty();
        assertThat(Keys.unknown("jobrelay.destination.file.allow-private"))
                .hasValue("unknown property of the file destination, which has enabled, path");
        assertThat(Keys.unknown("jobrelay.account.file.allow-http")).isEmpty();
    }
}
