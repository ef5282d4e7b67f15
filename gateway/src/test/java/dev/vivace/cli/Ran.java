package dev.vivace.cli;

import dev.vivace.command.Command;
import dev.vivace.command.Console;
import dev.vivace.command.Program;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.stream.Stream;

/** What a command did. */
record Ran(int code, String out, String err) {
    static Ran of(Command command, Object... arguments) {
        String name = command.usage().name();
        return of(
                new Program("vivace", "1", "A test.").with(name, () -> command),
                Stream.concat(Stream.of(name), Arrays.stream(arguments).map(String::valueOf))
                        .toArray(String[]::new));
    }

    static Ran of(Program program, String... arguments) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        int code =
                program.run(
                        new Console(new PrintStream(out, true), new PrintStream(err, true)),
                        arguments);
        return new Ran(code, out.toString(), err.toString());
    }
}
