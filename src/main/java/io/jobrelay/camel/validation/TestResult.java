package io.jobrelay.camel.validation;

import io.jobrelay.settings.Problem;
import java.time.Duration;
import java.util.List;

/**
 * What came of a test case.
 *
 * @param file the test file, as the user would name it
 * @param line where the case begins
 * @param name the case's own
 * @param valid false if the file does not say what to test; the problems are then the file's
 * @param problems what is not as the case says, each with its line; none if it passed
 */
public record TestResult(String file, int line, String name, boolean valid, List<Problem> problems, Duration duration) {
    public TestResult {
        problems = List.copyOf(problems);
    }

    public boolean passed() {
        return problems.isEmpty();
    }

    /** {@code file:line: name} */
    public String place() {
        return file + ":" + line + ": " + name;
    }
}
