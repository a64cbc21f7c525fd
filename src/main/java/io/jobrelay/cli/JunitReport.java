package io.jobrelay.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static java.util.stream.Collectors.toList;

import io.jobrelay.camel.validation.TestResult;
import io.jobrelay.logging.PlainLine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Test results as the XML of JUnit, which CI servers read: a suite for each file. */
record JunitReport(XMLStreamWriter xml) {
    /** Writes the file, in a folder that is made if it is not there. */
    static void write(List<TestResult> results, Path file) throws IOException, XMLStreamException {
        Files.createDirectories(file.toAbsolutePath().resolveSibling(""));
        Map<String, List<TestResult>> suites =
                results.stream().collect(groupingBy(TestResult::file, LinkedHashMap::new, toList()));
        try (OutputStream out = Files.newOutputStream(file)) {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out, UTF_8.name());
            xml.writeStartDocument(UTF_8.name(), "1.0");
            xml.writeStartElement("testsuites");
            for (Map.Entry<String, List<TestResult>> suite : suites.entrySet()) {
                new JunitReport(xml).suite(suite.getKey(), suite.getValue());
            }
            xml.writeEndDocument();
            xml.close();
        }
    }

    private void suite(String file, List<TestResult> results) throws XMLStreamException {
        Duration all = results.stream().map(TestResult::duration).reduce(Duration.ZERO, Duration::plus);
        start("testsuite", file, all);
        xml.writeAttribute("tests", String.valueOf(results.size()));
        xml.writeAttribute("failures", count(results, true));
        xml.writeAttribute("errors", count(results, false));
        for (TestResult result : results) {
            start("testcase", PlainLine.of(result.name()), result.duration());
            xml.writeAttribute("classname", file);
            xml.writeAttribute("file", file);
            xml.writeAttribute("line", String.valueOf(result.line()));
            if (!result.passed()) {
                String text = result.problems().stream()
                        .map(problem -> PlainLine.of(problem.toString()))
                        .collect(joining("\n"));
                xml.writeStartElement(result.valid() ? "failure" : "error");
                xml.writeAttribute("message", text.lines().findFirst().orElse(""));
                xml.writeCharacters(text);
                xml.writeEndElement();
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private void start(String element, String name, Duration time) throws XMLStreamException {
        xml.writeStartElement(element);
        xml.writeAttribute("name", name);
        xml.writeAttribute("time", String.format(Locale.ROOT, "%.3f", time.toMillis() / 1_000.0));
    }

    private static String count(List<TestResult> results, boolean valid) {
        return String.valueOf(results.stream()
                .filter(result -> !result.passed() && result.valid() == valid)
                .count());
    }
}
