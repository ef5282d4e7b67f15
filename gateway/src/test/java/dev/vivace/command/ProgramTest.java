package dev.vivace.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgramTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int run(Function<Arguments, Object> work, String line) {
        var copy =
                new Command() {
                    @Override
                    public Usage usage() {
                        return new Usage("copy", "Copies a file.")
                                .details("One after another.")
                                .operand("FILE", "what to copy.")
                                .flag("fast", "In a hurry.")
                                .option("to", "DIR", "Where to.")
                                .option("times", "N", "3", "How often.")
                                .repeatable("tag", "NAME", "What to call it.")
                                .footer("", "Example: copy a --to b");
                    }

                    @Override
                    public int run(Arguments given, Console console) throws IOException {
                        Object result = work.apply(given);
                        if (result instanceof IOException failure) {
                            throw failure;
                        }
                        console.out().println(result);
                        return 7;
                    }
                };
        var program =
                new Program("tool", "1.2", "Does things.", "The end.")
                        .with("copy", () -> copy)
                        .withHidden("secret", () -> copy);
        return program.run(
                new Console(new PrintStream(out, true), new PrintStream(err, true)),
                line.isEmpty() ? new String[0] : line.split(" "));
    }

    @Test
    void readsOptionsInEveryForm() {
        int code =
                run(
                        given ->
                                List.of(
                                        given.operand(Kind.TEXT),
                                        given.has("fast"),
                                        given.find("to", Kind.PATH).orElseThrow(),
                                        given.get("times", Kind.WHOLE),
                                        given.all("tag", Kind.TEXT)),
                        "copy --to=x --tag a file --fast --tag b");
        assertEquals(7, code, err.toString());
        assertEquals(
                List.of("file", true, Path.of("x"), 3, List.of("a", "b")) + "\n", out.toString());
    }

    @Test
    void afterTwoDashesNothingIsAnOption() {
        assertEquals(7, run(given -> given.operand(Kind.TEXT), "copy -- --fast"));
        assertEquals("--fast\n", out.toString());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "copi f               | there is no command 'copi', did you mean copy?",
                "copy f --tims 3      | there is no option --tims, did you mean --times?",
                "copy f --tims=3      | there is no option --tims, did you mean --times?",
                "copy f --times       | --times needs a value",
                "copy f --times x     | --times: 'x' is not a whole number",
                "copy f --times 1 --times 2 | --times is given more than once",
                "copy                 | FILE is missing",
                "copy a b             | 'b' is too much",
                "copy a --ti 3        | --ti"
            })
    void wrongUseExitsWith2AndSaysWhatAndWhere(String line, String says) {
        assertEquals(2, run(given -> given.get("times", Kind.WHOLE), line.strip()));
        assertEquals("", out.toString());
        assertTrue(err.toString().contains(says), err.toString());
        assertEquals(1, err.toString().lines().count(), err.toString());
    }

    @Test
    void aNeededOptionIsMissed() {
        assertEquals(2, run(given -> given.get("to", Kind.TEXT), "copy a"));
        assertTrue(err.toString().contains("--to is missing"), err.toString());
    }

    @Test
    void whatNobodyForesawIsOneLine() {
        assertEquals(1, run(given -> new IOException("the disk is full"), "copy a"));
        assertEquals("tool copy: the disk is full\n", err.toString());
    }

    @Test
    void explainsItself() {
        assertEquals(0, run(given -> "", "--help"));
        assertTrue(out.toString().contains("  copy  Copies a file.\n"), out.toString());
        assertTrue(out.toString().contains("The end."), out.toString());
        assertFalse(out.toString().contains("secret"), out.toString());
        out.reset();
        assertEquals(0, run(given -> "", "copy --help"));
        for (String part :
                List.of(
                        "Usage: tool copy [OPTIONS] FILE\n",
                        "--times N   How often (default 3).\n",
                        "FILE: what to copy.",
                        "Repeatable.",
                        "Example: copy a --to b")) {
            assertTrue(out.toString().contains(part), out.toString());
        }
        assertTrue(out.toString().lines().allMatch(line -> line.length() <= 100));
        out.reset();
        assertEquals(0, run(given -> "", "--version"));
        assertEquals("tool 1.2\n", out.toString());
        assertEquals(2, run(given -> "", ""));
        assertTrue(err.toString().contains("Usage: tool COMMAND"), err.toString());
    }
}
