package io.jobrelay.docs;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.jobrelay.job.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a provider's page says is what its route, its mappings and its seed say. */
class ProviderPagesTest {
    private static final Path PAGES = Path.of("docs/providers");
    private static final Path ROUTES = Path.of("routes/providers");
    private static final Pattern API = Pattern.compile("API `([a-z0-9-]+)`");
    private static final Pattern CLOUD = Pattern.compile("\\| ([A-Z][^|]*) \\| (\\d+) \\| (.*) \\|");
    private static final Pattern LINK = Pattern.compile("\\]\\((docs/providers/[^)]*)\\)");
    private static final Pattern MAPPING = Pattern.compile("name: mapping, value: ([a-z-]+) ");
    private static final Pattern VARIABLE = Pattern.compile("\\{\\{env:(\\w+)");

    @Test
    void every_provider_api_has_a_page() throws IOException {
        Set<String> apis = new TreeSet<>();
        for (Path page : pages()) {
            apis.addAll(apis(page));
        }
        assertThat(Documents.filesBelow(ROUTES, ".camel.yaml").stream()
                        .map(route -> route.getFileName().toString().replace(".camel.yaml", "")))
                .containsExactlyInAnyOrderElementsOf(apis);
    }

    /** Every API has a link in the row of the cloud that its records name, and the row counts them. */
    @Test
    void the_readme_counts_the_apis_by_cloud() throws IOException {
        Map<String, Set<String>> documented = new TreeMap<>();
        Map<String, Integer> apis = new TreeMap<>();
        for (Path page : pages()) {
            Path record = Documents.filesBelow(Path.of("seeds", api(page), "records"), ".json")
                    .get(0);
            JsonNode read = Json.MAPPER.readTree(record.toFile());
            JsonNode first = read.isArray() ? read.get(0) : read;
            String named = first.at("/provider/name").asText();
            documented.computeIfAbsent(named, cloud -> new TreeSet<>()).add(page.toString());
            apis.merge(named, apis(page).size(), Integer::sum);
        }

        Map<String, Set<String>> shown = new TreeMap<>();
        Map<String, Integer> counted = new TreeMap<>();
        for (String line : Documents.lines(Documents.README)) {
            Matcher row = CLOUD.matcher(line);
            if (row.matches()) {
                counted.put(row.group(1), Integer.valueOf(row.group(2)));
                shown.put(
                        row.group(1),
                        LINK.matcher(row.group(3))
                                .results()
                                .map(link -> link.group(1))
                                .collect(toCollection(TreeSet::new)));
            }
        }
        assertThat(shown).isEqualTo(documented);
        assertThat(counted).isEqualTo(apis);
    }

    @ParameterizedTest
    @MethodSource("pages")
    void the_states_are_those_of_the_mapping(Path page) throws IOException {
        assertThat(Documents.rows(page, "## States"))
                .containsExactlyInAnyOrderElementsOf(MappedStates.of(mapping(api(page))));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void every_code_is_an_error_of_the_seed(Path page) throws IOException {
        Set<List<String>> seeded = new TreeSet<>((one, other) -> one.toString().compareTo(other.toString()));
        for (Path error : Documents.filesBelow(Path.of("seeds", api(page), "errors"), ".json")) {
            JsonNode failure = Json.MAPPER.readTree(error.toFile()).path("failure");
            seeded.add(
                    List.of(failure.path("code").asText(), failure.path("kind").asText()));
        }
        boolean codes = seeded.stream().anyMatch(error -> !error.get(0).isEmpty());
        assertThat(Documents.rows(page, "## When it fails").isEmpty()).isEqualTo(!codes);
        assertThat(Documents.rows(page, "## When it fails"))
                .allSatisfy(row -> assertThat(seeded).contains(row.subList(0, 2)));
    }

    /** Its account, as it comes with Jobrelay or with the seed: the endpoint and the variables. */
    @ParameterizedTest
    @MethodSource("pages")
    void the_account_is_that_of_the_properties(Path page) throws IOException {
        String text = Files.readString(page);
        String account = Documents.blocks(page).stream()
                .filter(block -> block.language().equals("yaml"))
                .flatMap(block -> block.text().lines())
                .filter(line -> line.strip().startsWith("account: "))
                .map(line -> line.strip().substring("account: ".length()))
                .findFirst()
                .orElseThrow();
        String prefix = "jobrelay.account." + account + ".";
        Path own = Path.of("seeds", api(page), "account.properties");
        List<String> properties = Documents.lines(Files.exists(own) ? own : Path.of("application.properties")).stream()
                .filter(line -> line.startsWith(prefix))
                .toList();

        assertThat(properties).isNotEmpty();
        String region = properties.stream()
                .filter(line -> line.startsWith(prefix + "endpoint="))
                .map(line -> line.replaceFirst(".*=https://[^.]+\\.", "").replaceFirst("\\..*", ""))
                .findFirst()
                .orElseThrow();
        assertThat(text).contains(region);
        for (String line : properties) {
            Matcher variable = VARIABLE.matcher(line);
            while (variable.find()) {
                assertThat(text).contains(variable.group(1));
            }
        }
    }

    /** The API's own, or the one that its provider file names. */
    private static Path mapping(String api) throws IOException {
        Matcher named = MAPPING.matcher(Files.readString(ROUTES.resolve(api + ".camel.yaml")));
        return ROUTES.resolve((named.find() ? named.group(1) : api) + ".jq");
    }

    /** The first that a page names; another is a list of its jobs. */
    private static String api(Path page) throws IOException {
        return apis(page).get(0);
    }

    private static List<String> apis(Path page) throws IOException {
        List<String> apis = API.matcher(Files.readString(page))
                .results()
                .map(api -> api.group(1))
                .distinct()
                .toList();
        assertThat(apis).as(page + ": names its API").isNotEmpty();
        return apis;
    }

    static List<Path> pages() {
        return Documents.filesBelow(PAGES, ".md");
    }
}
