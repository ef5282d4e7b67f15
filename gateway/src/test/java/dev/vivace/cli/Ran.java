package dev.vivace.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import picocli.CommandLine;

/** What a command did. */
record Ran(int code, String out, String err) {
    static Ran of(Object command, Object... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var code =
                new CommandLine(command)
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err))
                        .execute(
                                Arrays.stream(arguments)
                                        .map(String::valueOf)
                                        .toArray(String[]::new));
        return new Ran(code, out.toString(), err.toString());
    }
}
