package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.ConfigSchema;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    private String out = "";
    private String err = "";

    @TempDir private Path folder = Path.of("");
    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("vivace.yaml");
    }

    @Test
    void sumsUpAGoodFile() throws IOException {
        assertEquals(0, validate(GOOD));
        assertEquals("", err);
        assertEquals(
                file
                        + " is valid: 2 upstreams, 0 MCP servers, 0 model names, 1 price, cache deterministic (64MB,"
                        + " 1h), listens on 127.0.0.1 port 8080\n",
                out);
    }

    @Test
    void countsMcpServersAndWarnsOfWhatHasNoEffect() throws IOException {
        Path spaced = Files.createDirectory(folder.resolve("a b"));
        Path program = Files.writeString(spaced.resolve("run me"), "");
        assertTrue(program.toFile().setExecutable(true));
        String servers =
                """
                mcp:
                  kept: { command: sh, ttl: 1m, trust: true }
                  lost: { url: "http://127.0.0.1:9/mcp", ttl: 1m }
                  there: { command: "%s" }
                  shell: { command: "npx -y secret" }
                  gone: { command: no-such-program }
                """
                        .formatted(program);
        assertEquals(0, validate(GOOD + servers));
        assertTrue(out.contains("2 upstreams, 5 MCP servers, "), out);
        assertEquals(3, err.lines().count(), err);
        assertTrue(err.contains("warning: mcp.gone.command: there is no program"), err);
        assertTrue(err.contains("warning: mcp.lost.ttl has no effect without trust"), err);
        assertTrue(err.contains("warning: mcp.shell.command has a space in it"), err);
        assertFalse(err.contains("secret"), err);

        assertEquals(0, validate(GOOD + "tools: { selection: shadow }"));
        assertTrue(err.contains("warning: tools.selection is shadow, but there are no"), err);
        assertEquals(0, validate(GOOD + servers + "tools: { selection: on }"));
        assertFalse(err.contains("tools.selection"), err);
    }

    @Test
    void saysWhereTheUpstreamComesFromIfTheFileHasNone() throws IOException {
        assertEquals(0, validate("cache: { mode: off }"));
        assertTrue(out.contains("no upstreams (the command line"), out);
        assertTrue(out.contains("cache off"), out);
    }

    @Test
    void namesEveryProblemOfABadFile() throws IOException {
        assertEquals(2, validate(GOOD.replace("url", "uri").replace("input", "inputs")));
        assertEquals("", out);
        assertEquals(6, err.lines().count(), err);
        err.lines().forEach(line -> assertTrue(line.matches(".*yaml:[234]: .*: .*")));
    }

    @Test
    void namesAFileThatIsNotThere() {
        assertEquals(2, execute(file.toString()));
        assertEquals(file + ": there is no such file\n", err);
    }

    @Test
    void wantsAFile() {
        assertEquals(2, execute());
        assertTrue(err.contains("FILE"));
    }

    @Test
    void namesAMissingVariable() throws IOException {
        assertEquals(2, validate(GOOD.replace("${KEY}", "${NO_SUCH_VARIABLE}")));
        assertTrue(err.contains("NO_SUCH_VARIABLE"), err);
    }

    @Test
    void answersInJson() throws IOException {
        assertEquals(0, validate(GOOD, "--json"));
        assertEquals("{\"valid\":true}\n", out);

        assertEquals(2, validate("cache: { tll: 1h }\n", "--json"));
        assertEquals("", err);
        var report = JSON.readTree(out);
        assertFalse(report.get("valid").asBoolean());
        assertEquals(1, report.get("problems").size());
        var problem = report.get("problems").get(0);
        assertEquals(1, problem.get("line").asInt());
        assertEquals("cache.tll", problem.get("path").asString());
        assertTrue(problem.get("message").asString().contains("did you mean ttl?"));
    }

    @Test
    void warnsOfWhatTheHeapCannotHold() throws IOException {
        String text = "limits: { in-flight: 900GB }";
        assertEquals(0, validate(text));
        assertTrue(out.contains("is valid"));
        String warning = err;
        assertTrue(warning.startsWith(file + ": warning: limits.in-flight (900GB)"), warning);

        assertEquals(0, validate(text, "--json"));
        var report = JSON.readTree(out);
        assertTrue(report.get("valid").asBoolean());
        assertTrue(report.get("warnings").get(0).asString().contains("cache.max (64MB)"));
    }

    @Test
    void writesJsonToAFile() throws IOException {
        Path report = folder.resolve("report.json");
        assertEquals(0, validate(GOOD, "--out", report.toString()));
        assertEquals("{\"valid\":true}\n", Files.readString(report));
        assertTrue(out.contains("is valid"));

        assertEquals(2, validate(GOOD, "--out", folder.resolve("no/such/report").toString()));
        assertTrue(err.contains("cannot write"), err);
    }

    @Test
    void printsTheSchema() {
        assertEquals(0, execute("--schema"));
        assertEquals(ConfigSchema.text(), out);
        assertEquals("", err);
    }

    @Test
    void explainsItself() {
        assertEquals(0, execute("--help"));
        assertTrue(out.contains("Usage: vivace validate"), out);
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
        Ran ran = Ran.of(command, (Object[]) arguments);
        out = ran.out();
        err = ran.err();
        return ran.code();
    }
}
