package io.jobrelay.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;

/** A command that was run in this process, in the project's directory. */
record CommandRun(int status, String out, String err) {
    /** Runs it with properties over those of {@code application.properties}, as a user would set them with {@code -D}. */
    static CommandRun of(Map<String, String> properties, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        properties.forEach(System::setProperty);
        try {
            int status = Jobrelay.commandLine()
                    .setOut(new PrintWriter(out, true))
                    .setErr(new PrintWriter(err, true))
                    .execute(arguments);
            return new CommandRun(status, out.toString(), err.toString());
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }

    List<String> lines() {
        return out.lines().toList();
    }
}
