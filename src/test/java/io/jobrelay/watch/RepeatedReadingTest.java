package io.jobrelay.watch;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.jobrelay.account.Account;
import io.jobrelay.account.Signing;
import io.jobrelay.secrets.Secrets;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepeatedReadingTest {
    private static final Instant NOW = Instant.parse("2026-11-23T04:00:00Z");
    private static final Instant LONG_AGO = NOW.minusSeconds(60);

    @TempDir
    private Path directory;

    private final Map<String, Account> accounts = new HashMap<>();
    private final Secrets secrets = new Secrets();
    private Path file;
    private RepeatedReading reading;

    @BeforeEach
    void knows_one_account() throws IOException {
        accounts.put("acme", account("acme"));
        ProviderApi api = new ProviderApi();
        api.setName("acme-job");
        api.setRequired("id");
        reading = new RepeatedReading(
                new WatchReader(() -> Map.of("acme-job", api), () -> Map.copyOf(accounts), secrets),
                Clock.fixed(NOW, ZoneOffset.UTC));
        file = directory.resolve("watches.yaml");
        write("acme", "1", LONG_AGO);
    }

    @Test
    void does_not_read_a_file_again_that_nobody_has_written() {
        assertThat(read()).isSameAs(read());
    }

    @Test
    void reads_a_file_again_that_was_written() throws IOException {
        WatchSummary before = read();
        write("acme", "2", LONG_AGO.plusMillis(1));

        assertThat(read()).isNotEqualTo(before);
    }

    @Test
    void reads_a_file_again_that_is_longer_than_it_was_at_the_same_time() throws IOException {
        WatchSummary before = read();
        write("acme", "22", LONG_AGO);

        assertThat(read()).isNotEqualTo(before);
    }

    @Test
    void reads_a_file_again_that_another_one_has_taken_the_place_of() throws IOException {
        WatchSummary before = read();
        Path other = directory.resolve("other");
        Files.writeString(other, watch("acme", "2"));
        Files.setLastModifiedTime(other, FileTime.from(LONG_AGO));
        Files.move(other, file, StandardCopyOption.REPLACE_EXISTING);

        assertThat(read()).isNotEqualTo(before);
    }

    @Test
    void reads_a_file_again_that_had_just_been_written_since_a_second_change_may_not_show() throws IOException {
        write("acme", "1", NOW.minusSeconds(1));
        WatchSummary before = read();
        write("acme", "2", NOW.minusSeconds(1));

        assertThat(read()).isNotEqualTo(before);
    }

    @Test
    void reads_a_file_again_once_its_watches_may_name_another_account() throws IOException {
        write("second", "1", LONG_AGO);
        assertThat(read().problems()).hasSize(1);
        accounts.put("second", account("second"));

        assertThat(read().problems()).isEmpty();
    }

    @Test
    void reads_a_file_again_once_a_secret_is_known_that_may_stand_in_it() {
        assertThat(read().problems()).isEmpty();
        secrets.add("acme-job");

        assertThat(read().problems()).hasSize(1);
    }

    @Test
    void reads_a_file_again_that_was_gone() throws IOException {
        WatchSummary before = read();
        reading.read(List.of());

        assertThat(read()).isEqualTo(before).isNotSameAs(before);
    }

    private WatchSummary read() {
        return requireNonNull(reading.read(List.of(file)).get(file));
    }

    private void write(String account, String id, Instant modified) throws IOException {
        Files.writeString(file, watch(account, id));
        Files.setLastModifiedTime(file, FileTime.from(modified));
    }

    private static Account account(String name) {
        return new Account(name, URI.create("https://acme.example"), Signing.NONE, Map.of(), 10, null, false);
    }

    private static String watch(String account, String id) {
        return "- { api: acme-job, account: %s, parameters: { id: %s } }%n".formatted(account, id);
    }
}
