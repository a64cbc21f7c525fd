package io.jobrelay.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Links between the documents, and from them into the project, lead somewhere. */
class LinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:)([^)#]*)(?:#([^)]*))?\\)");
    private static final Pattern TEST = Pattern.compile("`([A-Z][a-z]\\w*(?:Test|IT))(?:#(\\w+))?`");
    private static final List<Path> SOURCES = Documents.filesBelow(Path.of("src"), ".java");

    @ParameterizedTest
    @MethodSource("documents")
    void every_link_leads_somewhere(Path document) {
        links(document).forEach(link -> {
            assertThat(link.target()).as(link.text()).exists();
            if (!link.anchor().isEmpty()) {
                assertThat(anchors(link.target())).as(link.text()).contains(link.anchor());
            }
        });
    }

    /** Tests are named and not linked: the archive has the documents, and no sources. */
    @ParameterizedTest
    @MethodSource("documents")
    void every_test_that_is_named_is_there(Path document) {
        Matcher test = TEST.matcher(String.join("\n", Documents.prose(document)));
        while (test.find()) {
            String method = test.group(2) == null ? "" : test.group(2);
            assertThat(SOURCES.stream()
                            .filter(source -> source.endsWith(test.group(1) + ".java"))
                            .map(LinksTest::text))
                    .as(document + ": " + test.group())
                    .anyMatch(text -> text.contains(method));
        }
    }

    /** Nothing is written that nobody finds. */
    @Test
    void the_readme_leads_to_every_document() {
        List<Path> reached = links(Documents.README).stream().map(Link::target).toList();
        assertThat(Documents.all().stream()
                        .map(document -> document.toAbsolutePath().normalize())
                        .filter(document -> !document.getParent().endsWith("decisions"))
                        .filter(document -> !document.endsWith(Documents.README)))
                .isNotEmpty()
                .allSatisfy(document -> assertThat(reached).contains(document));
    }

    private record Link(String text, Path target, String anchor) {}

    private static List<Link> links(Path document) {
        List<Link> links = new ArrayList<>();
        Matcher link = LINK.matcher(String.join("\n", Documents.prose(document)));
        while (link.find()) {
            Path target = link.group(1).isEmpty() ? document.toAbsolutePath() : resolved(document, link.group(1));
            links.add(new Link(link.group(), target, link.group(2) == null ? "" : link.group(2)));
        }
        return links;
    }

    private static String text(Path source) {
        try {
            return Files.readString(source);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path resolved(Path document, String target) {
        return document.toAbsolutePath().resolveSibling(target).normalize();
    }

    /** What GitHub makes of headings: lower case, hyphens for spaces, and nothing but letters, digits, hyphens, underscores. */
    private static List<String> anchors(Path document) {
        return Documents.prose(document).stream()
                .filter(line -> line.startsWith("#"))
                .map(line -> line.replaceFirst("#+ ", "")
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                        .replace(' ', '-'))
                .toList();
    }

    static List<Path> documents() {
        return Documents.all();
    }
}
