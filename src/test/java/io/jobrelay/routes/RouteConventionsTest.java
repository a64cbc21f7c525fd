package io.jobrelay.routes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RouteConventionsTest {
    private static final Path SAMPLES = Path.of("src/test/resources/routes-conventions");
    private static final Path BAD = SAMPLES.resolve("bad");

    @Test
    void our_routes_keep_the_conventions() throws IOException {
        List<Path> files = RouteConventions.routeFiles(Path.of("routes"));

        assertThat(files).isNotEmpty();
        assertThat(RouteConventions.problems(Path.of(""), files, Path.of("application.properties")))
                .isEmpty();
    }

    @Test
    void good_samples_are_found_good() throws IOException {
        List<Path> files = RouteConventions.routeFiles(SAMPLES.resolve("good"));

        assertThat(files).hasSize(4);
        assertThat(RouteConventions.problems(SAMPLES, files, SAMPLES.resolve("application.properties")))
                .isEmpty();
    }

    /** A bad sample begins with the problems that it has, all of them. */
    @ParameterizedTest
    @MethodSource("badSamples")
    void a_bad_sample_is_caught_with_its_message(Path sample) throws IOException {
        List<String> expected = Files.readAllLines(sample).stream()
                .filter(line -> line.startsWith("# line "))
                .map(line -> line.replace("# line ", BAD.relativize(sample) + ":"))
                .toList();
        List<Path> files = List.of(sample, SAMPLES.resolve("good/policies/keep-the-watch.camel.yaml"));

        assertThat(expected).isNotEmpty();
        assertThat(RouteConventions.problems(BAD, files, SAMPLES.resolve("application.properties")))
                .containsExactlyElementsOf(expected);
    }

    static List<Path> badSamples() throws IOException {
        return RouteConventions.routeFiles(BAD);
    }

    @Test
    void a_secret_has_a_name_that_camel_masks_and_no_value() throws IOException {
        assertThat(RouteConventions.problems(SAMPLES, List.of(), SAMPLES.resolve("bad.properties")))
                .containsExactlyInAnyOrder(
                        "bad.properties:2: jobrelay.destination.alerts.signing-secret: looks like a secret, but Camel"
                                + " masks no name that ends like this; end it in secret, secret-key, access-key, api-key,"
                                + " token, access-token, password or private-key",
                        "bad.properties:3: jobrelay.http.token: a secret's value is {{env:...}}",
                        "bad.properties:4: jobrelay.poll.timeOut: property names are kebab-case");
    }
}
