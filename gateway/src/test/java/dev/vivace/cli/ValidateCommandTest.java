package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

class ValidateCommandTest {
    private static final String GOOD =
            """
            upstreams:
              local: { url: "http://127.0.0.1:9/v1", keys: ["${KEY}"] }
              other: { url: "http://127.0.0.1:9/v1" }
            prices: { m-1: { input: 0.15, cached: 0.075, output: 0.60 } }
            """;

    private static final JsonMapper JSON = new JsonMapper();

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir private Path folder = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("vivace.yaml");
    }

    @Test
    void sumsUpAGoodFile() throws IOException {
        assertEquals(0, validate(GOOD));
        assertEquals("", err.toString());
        assertEquals(
                file
                        + " is valid: 2 upstreams, 0 model names, 1 price, cache deterministic (64MB,"
                        + " 1h), listens on 127.0.0.1 port 8080\n",
                out.toString());
    }

    @Test
    void saysWhereTheUpstreamComesFromIfTheFileHasNone() throws IOException {
        assertEquals(0, validate("cache: { mode: off }"));
        assertTrue(out.toString().contains("no upstreams (the command line"), out.toString());
        assertTrue(out.toString().contains("cache off"), out.toString());
    }

    @Test
    void namesEveryProblemOfABadFile() throws IOException {
        assertEquals(2, validate(GOOD.replace("url", "uri").replace("input", "inputs")));
        assertEquals("", out.toString());
        assertEquals(6, err.toString().lines().count(), err.toString());
        err.toString().lines().forEach(line -> assertTrue(line.matches(".*yaml:[234]: .*: .*")));
    }

    @Test
    void namesAFileThatIsNotThere() {
        assertEquals(2, execute(file.toString()));
        assertEquals(file + ": there is no such file\n", err.toString());
    }

    @Test
    void wantsAFile() {
        assertEquals(2, execute());
        assertTrue(err.toString().contains("FILE"));
    }

    @Test
    void namesAMissingVariable() throws IOException {
        assertEquals(2, validate(GOOD.replace("${KEY}", "${NO_SUCH_VARIABLE}")));
        assertTrue(err.toString().contains("NO_SUCH_VARIABLE"), err.toString());
    }

    @Test
    void answersInJson() throws IOException {
        assertEquals(0, validate(GOOD, "--json"));
        assertEquals("{\"valid\":true}\n", out.toString());

        out.getBuffer().setLength(0);
        assertEquals(2, validate("cache: { tll: 1h }\n", "--json"));
        assertEquals("", err.toString());
        var report = JSON.readTree(out.toString());
        assertFalse(report.get("valid").asBoolean());
        assertEquals(1, report.get("problems").size());
        var problem = report.get("problems").get(0);
        assertEquals(1, problem.get("line").asInt());
        assertEquals("cache.tll", problem.get("path").asString());
        assertTrue(problem.get("message").asString().contains("did you mean ttl?"));
    }

    @Test
    void writesJsonToAFile() throws IOException {
        Path report = folder.resolve("report.json");
        assertEquals(0, validate(GOOD, "--out", report.toString()));
        assertEquals("{\"valid\":true}\n", Files.readString(report));
        assertTrue(out.toString().contains("is valid"));

        assertEquals(2, validate(GOOD, "--out", folder.resolve("no/such/report").toString()));
        assertTrue(err.toString().contains("cannot write"), err.toString());
    }

    @Test
    void explainsItself() {
        assertEquals(0, execute("--help"));
        assertTrue(out.toString().contains("Usage: validate"), out.toString());
    }

    private int validate(String text, String... options) throws IOException {
        Files.writeString(file, text);
        var arguments = new String[options.length + 1];
        System.arraycopy(options, 0, arguments, 0, options.length);
        arguments[options.length] = file.toString();
        return execute(arguments);
    }

    private int execute(String... arguments) {
        var command =
                new ValidateCommand(
                        name -> name.equals("KEY") ? Optional.of("sk-1") : Optional.empty());
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
