package io.jobrelay.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.secrets.Secrets;
import io.jobrelay.settings.Keys;
import io.jobrelay.settings.PropertyFile;
import io.jobrelay.settings.SettingsReader;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/** Values that make no sense at every property: settings, or problems, and in neither of them a secret. */
class SettingsFuzzTest {
    private static final String SECRET = "hush0hush";
    private static final List<String> SECRET_KEYS = List.of("secret", "secret-key", "security-token", "password");
    private static final List<String> ADDRESS_KEYS = List.of("endpoint", "auth-url", "url", "broker-url");

    private static final List<String> PIECES = List.of(
            "0",
            "1",
            "-1",
            "+5",
            "5s",
            "0s",
            "999999999d",
            "9999999999d",
            "1.5",
            ".5",
            "1e400",
            "NaN",
            "Infinity",
            "0x1p3",
            "2147483648",
            "٥",
            "true",
            "TRUE",
            "..",
            ",",
            ";",
            " ",
            "\t",
            "\n",
            "\u0000",
            "\u2028",
            "\ud800",
            "😀",
            "*",
            "{",
            "}",
            "[",
            "\\",
            "{date}",
            "/",
            "//",
            "out/x",
            "https://",
            "http://",
            "tcp://",
            "://",
            "acme.example",
            "[::1]",
            "[::",
            ":8080",
            ":99999",
            "%",
            "%zz",
            "+08:00",
            "Asia/Shanghai",
            "sdk-hmac-sha256",
            "keystone-token",
            "none",
            "jdbc:sqlite:",
            "whsec_",
            "whsk_",
            "bm90IGEgc2VjcmV0LCBidXQgbG9uZyBlbm91Z2g=");

    /** Where a secret stands in an address, around and after it. */
    private static final List<String> PLACES = List.of(
            "https://ann:%s@acme.example",
            "https://%s@acme.example/v3",
            "https://ann:a/%s@acme.example",
            "https://ann:a@%s@acme.example",
            "https://ann:a?%s@acme.example",
            "https://ann:\n%s@acme.example",
            "https:/ann:%s@acme.example",
            "ann:%s@acme.example",
            "https://acme.example?key=%s",
            "https://acme.example?a=\n&key=%s",
            "https://acme.example#%s",
            "http://acme.example/?token=%s",
            "https:/acme.example?key=%s",
            "acme.example?key=%s",
            "tcp://ann:%s@broker.example:61616?x=y");

    @Property(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void reads_settings_or_says_what_is_wrong(@ForAll long seed) {
        Map<String, String> properties = new HashMap<>();
        Random random = new Random(seed);
        for (String key : keys()) {
            if (random.nextInt(3) == 0) {
                properties.put(key, text(random));
            }
        }
        SettingsReader.Reading reading = hold(properties);

        assertThat(reading.settings().poll().timeout()).isPositive();
    }

    @Property(shrinking = ShrinkingMode.OFF, edgeCases = EdgeCasesMode.NONE)
    void tells_no_secret(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, String> properties = new HashMap<>();
        for (String key : keys()) {
            String last = key.substring(key.lastIndexOf('.') + 1);
            if (SECRET_KEYS.contains(last) && random.nextBoolean()) {
                properties.put(key, text(random) + SECRET + text(random));
            } else if (ADDRESS_KEYS.contains(last) && random.nextBoolean()) {
                properties.put(key, PLACES.get(random.nextInt(PLACES.size())).formatted(SECRET));
            } else if (random.nextInt(3) == 0) {
                properties.put(key, text(random));
            }
        }
        SettingsReader.Reading reading = hold(properties);

        assertThat(reading.problems().toString()).as("%s", properties).doesNotContain(SECRET);
        assertThat(reading.settings().toString()).as("%s", properties).doesNotContain(SECRET);
    }

    private static SettingsReader.Reading hold(Map<String, String> properties) {
        PropertyFile file = PropertyFile.read(Path.of("none.properties")).with(properties.keySet());
        SettingsReader.Reading reading =
                new SettingsReader(file, key -> Optional.ofNullable(properties.get(key)), new Secrets()).reading();
        assertThat(reading.problems())
                .as("%s", properties)
                .allSatisfy(
                        problem -> assertThat(problem.message()).contains(": ").startsWith("jobrelay."));
        return reading;
    }

    private static List<String> keys() {
        return Keys.all()
                .map(key -> key.name().replace("<name>", "acme"))
                .sorted()
                .toList();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int pieces = 1 + random.nextInt(3); pieces > 0; pieces--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString();
    }
}
