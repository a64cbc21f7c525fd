package io.jobrelay.signing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DerivedKeysTest {

    private static final Credentials FIRST = new Credentials("AK1", "secret1", null);
    private static final Credentials SECOND = new Credentials("AK2", "secret2", null);

    private final DerivedKeys keys = new DerivedKeys();
    private final List<String> derived = new ArrayList<>();

    @Test
    void derives_a_key_once_for_each_credentials_and_period() {
        assertThat(key("20260102", FIRST)).isEqualTo("secret1 of 20260102");
        assertThat(key("20260102", SECOND)).isEqualTo("secret2 of 20260102");
        assertThat(key("20260102", FIRST)).isEqualTo("secret1 of 20260102");

        assertThat(derived).containsExactly("secret1 of 20260102", "secret2 of 20260102");
    }

    @Test
    void keeps_the_keys_of_one_period_only() {
        key("20260102", FIRST);

        assertThat(key("20260103", FIRST)).isEqualTo("secret1 of 20260103");
        assertThat(key("20260102", FIRST)).isEqualTo("secret1 of 20260102");
        assertThat(derived).containsExactly("secret1 of 20260102", "secret1 of 20260103", "secret1 of 20260102");
    }

    private String key(String period, Credentials credentials) {
        byte[] key = keys.of(period, credentials, its -> {
            derived.add(its.secretKey() + " of " + period);
            return Digests.utf8(its.secretKey() + " of " + period);
        });
        return new String(key, UTF_8);
    }
}
