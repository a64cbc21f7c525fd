package io.jobrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** {@code test}, in the project's directory. */
class TestCommandTest {
    @TempDir
    Path directory;

    @Test
    void runs_the_shipped_tests() {
        CommandRun test = CommandRun.of(Map.of(), "test");

        assertThat(test.status()).as(test.out() + test.err()).isEqualTo(ExitStatus.OK);
        assertThat(test.lines()).contains("PASSED tests/router.yaml:2: a job that runs goes to the file");
        assertThat(test.err()).isEqualTo("5 cases, 0 failed\n");
    }

    @Test
    void prints_a_line_for_each_case_and_its_differences_and_writes_them_for_junit() throws Exception {
        Path file = Files.writeString(directory.resolve("t.yaml"), """
                - name: "<good> & 'quoted'"
                  event: { state: RUNNING }
                  destinations: [file]
                - name: bad
                  event: { state: FAILED, name: "\\e[31m<red>" }
                  destinations: [file]
                - name: broken
                  event: { state: FAILD }
                """);
        Path junit = directory.resolve("new/report.xml");

        CommandRun test = CommandRun.of(Map.of(), "test", file.toString(), "--junit", junit.toString());

        assertThat(test.status()).isEqualTo(ExitStatus.FAILED);
        String difference = file + ":6: destinations: must be [file], was [amqp, file, kafka, queue, webhook]";
        String mistake = file + ":8: event.state: must be one of ";
        assertThat(test.lines())
                .startsWith(
                        "PASSED " + file + ":1: <good> & 'quoted'",
                        "FAILED " + file + ":4: bad",
                        "  " + difference,
                        "FAILED " + file + ":7: broken")
                .anyMatch(line -> line.startsWith("  " + mistake) && line.endsWith("did you mean 'FAILED'?"));
        assertThat(test.err()).isEqualTo("3 cases, 2 failed\n");

        Element suites = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(junit.toFile())
                .getDocumentElement();
        Element suite = (Element) suites.getFirstChild();
        assertThat(suites.getChildNodes().getLength()).isEqualTo(1);
        assertThat(suite.getAttribute("name")).isEqualTo(file.toString());
        assertThat(suite.getAttribute("tests")).isEqualTo("3");
        assertThat(suite.getAttribute("failures")).isEqualTo("1");
        assertThat(suite.getAttribute("errors")).isEqualTo("1");
        NodeList cases = suite.getElementsByTagName("testcase");
        assertThat(((Element) cases.item(0)).getAttribute("name")).isEqualTo("<good> & 'quoted'");
        assertThat(cases.item(0).getChildNodes().getLength()).isZero();
        assertThat(((Element) cases.item(1)).getAttribute("line")).isEqualTo("4");
        Element failure = (Element) cases.item(1).getFirstChild();
        assertThat(failure.getTagName()).isEqualTo("failure");
        assertThat(failure.getAttribute("message")).isEqualTo(difference);
        Element error = (Element) cases.item(2).getFirstChild();
        assertThat(error.getTagName()).isEqualTo("error");
        assertThat(error.getTextContent()).startsWith(mistake).contains("\n" + file + ":7: destinations: required");
    }

    @Test
    void a_file_that_is_not_there_is_an_invalid_command_line() {
        CommandRun test = CommandRun.of(Map.of(), "test", "tests/rooter.yaml");

        assertThat(test.status()).isEqualTo(2);
        assertThat(test.err()).startsWith("FILE: must be a test file, there is no 'tests/rooter.yaml'");
    }

    @Test
    void problems_of_the_directory_come_first() {
        CommandRun test = CommandRun.of(Map.of("jobrelay.poll.timeout", "long"), "test");

        assertThat(test.status()).isEqualTo(ExitStatus.FAILED);
        assertThat(test.out()).isEmpty();
        assertThat(test.err())
                .contains("jobrelay.poll.timeout")
                .endsWith("nothing was tested: take these out first, 'jobrelay check' finds them too\n");
    }
}
