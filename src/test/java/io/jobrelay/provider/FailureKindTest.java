package io.jobrelay.provider;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailureKindTest {
    @ParameterizedTest
    @CsvSource({
        "200, REJECTED", "302, REJECTED", "400, REJECTED", "401, UNAUTHENTICATED", "403, FORBIDDEN", "404, NOT_FOUND",
        "408, TIMEOUT", "409, REJECTED", "429, THROTTLED", "500, UNAVAILABLE", "502, UNAVAILABLE", "503, UNAVAILABLE",
        "504, TIMEOUT", "599, UNAVAILABLE"
    })
    void goes_by_the_status(int status, FailureKind kind) {
        assertThat(FailureKind.ofStatus(status)).isEqualTo(kind);
    }
}
