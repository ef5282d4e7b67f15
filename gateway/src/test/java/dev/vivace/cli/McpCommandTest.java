package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ToolSelection;
import dev.vivace.config.ToolServer;
import dev.vivace.gateway.Gateway;
import dev.vivace.mcp.EchoServer;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class McpCommandTest {
    @SuppressWarnings("NullAway.Init")
    private static EchoServer server;

    @BeforeAll
    static void start() throws IOException {
        server = new EchoServer();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static Ran run(String... arguments) {
        return Ran.of(McpProgram.of("1"), arguments);
    }

    @Test
    void listsAndCalls() {
        String url = server.url().toString();
        Ran list = run("list", "--url", url);
        assertEquals(0, list.code(), list.err());
        assertEquals("echo  Says it again.\nfail  Fails.\n", list.out());
        Ran json = run("list", "--url", url, "--json");
        assertTrue(json.out().contains("\"name\" : \"echo\""), json.out());

        Ran called = run("call", "echo", "{\"text\": \"hi\"}", "--url", url);
        assertEquals(0, called.code(), called.err());
        assertEquals("hi\n", called.out());
        Ran failed = run("call", "fail", "--url", url);
        assertEquals(1, failed.code(), failed.err());
        assertEquals("it failed\n", failed.err());
        Ran whole = run("call", "echo", "{\"text\": \"hi\"}", "--url", url, "--json");
        assertTrue(whole.out().contains("\"content\""), whole.out());
    }

    @Test
    void theUsualEndpointNeedsNoPath() {
        String url = server.url().resolve("/").toString();
        Ran list = run("list", "--url", url.substring(0, url.length() - 1));
        assertEquals(0, list.code(), list.err());
        assertTrue(list.out().startsWith("echo "), list.out());
    }

    @Test
    void aServerGivesTheTerminalNoOrders() {
        Ran called =
                run(
                        "call",
                        "echo",
                        "{\"text\": \"a\\tb\\u001b[31mc\\u009b31md\\r\\ne\"}",
                        "--url",
                        server.url().toString());
        assertEquals("a\tb[31mc31md\ne\n", called.out(), called.err());
    }

    /** A configuration with the server, and perhaps others. */
    private Path configured(Path folder, String others) throws IOException {
        return Files.writeString(
                folder.resolve("c.yaml"),
                "mcp: { there: { url: \"" + server.url() + "\" }" + others + " }");
    }

    @Test
    void startsTheServersOfAConfiguration(@TempDir Path folder) throws IOException {
        Path file = configured(folder, "");
        Ran called = run("call", "there_echo", "{\"text\": \"far\"}", "--config", file.toString());
        assertEquals("far\n", called.out(), called.err());
        assertEquals(0, called.code());
        Files.writeString(file, "{}");
        Ran none = run("list", "--config", file.toString());
        assertEquals(2, none.code());
        assertTrue(none.err().contains("has no MCP servers"), none.err());
    }

    @Test
    void whoIsDownIsNamedAndNothingIsAFailure(@TempDir Path folder) throws IOException {
        String gone = "gone: { command: /no/such/program }";
        Path some = configured(folder, ", " + gone);
        Ran listed = run("list", "--config", some.toString());
        assertEquals(0, listed.code(), listed.err());
        assertTrue(listed.out().startsWith("there_echo "), listed.out());
        String down =
                "The server gone is down: the program program cannot be started (is it there and executable?).\n";
        assertEquals(down, listed.err());
        Path none = Files.writeString(folder.resolve("none.yaml"), "mcp: { " + gone + " }");
        Ran empty = run("list", "--config", none.toString());
        assertEquals(1, empty.code());
        assertEquals(down + "There are no tools.\n", empty.err());
        Ran json = run("list", "--config", none.toString(), "--json");
        assertEquals(1, json.code());
        assertTrue(json.out().contains("\"vivace/servers-down\""), json.out());
    }

    @Test
    void whatWasChangedOfTheArgumentsIsTold(@TempDir Path folder) throws IOException {
        Path file = configured(folder, "");
        String config = file.toString();
        Ran called =
                run("call", "there_echo", "{\"text\":\"a\",\"times\":\"7\"}", "--config", config);
        assertEquals("a\n", called.out());
        assertTrue(called.err().startsWith("The arguments were changed: "), called.err());
        assertTrue(called.err().contains("times: a text was read as "), called.err());
        assertEquals(1, called.err().lines().count(), called.err());
    }

    @Test
    void ofAnUnknownToolTheNearestNameIsTold(@TempDir Path folder) throws IOException {
        String config = configured(folder, "").toString();
        Ran ran = run("call", "there_ecko", "--config", config);
        assertEquals(1, ran.code());
        assertTrue(ran.err().endsWith("did you mean 'there_echo'?\n"), ran.err());
        Ran far = run("call", "something-else", "--config", config);
        assertFalse(far.err().contains("did you mean"), far.err());
    }

    @Test
    void whereNotAllToolsAreListedItIsToldHowToFindThem() {
        var there = new ToolServer.Remote(server.url(), Map.of(), ToolServer.Terms.DEFAULT);
        try (Gateway few =
                Gateway.start(
                        Config.proxyTo(URI.create("http://127.0.0.1:1/v1"), Optional.empty())
                                .withServer(new Config.Server("127.0.0.1", 0))
                                .toBuilder()
                                .mcp(Map.of("there", there))
                                .tools(new ToolSelection(ToolSelection.Mode.ON, 1))
                                .build())) {
            Ran list = run("list", "--url", few.address().resolve("/mcp").toString());
            assertEquals(0, list.code(), list.err());
            assertTrue(list.out().startsWith("search_tools "), list.out());
            String hint = "There are more tools: find them with vivace mcp call search_tools ";
            assertTrue(list.err().startsWith(hint), list.err());
        }
    }

    @Test
    void whereArgumentsAreNoJsonIsTold() {
        Ran ran = run("call", "echo", "{\"a\": 1, }", "--url", server.url().toString());
        assertEquals(2, ran.code());
        assertTrue(ran.err().contains("not valid JSON, in line 1, column "), ran.err());
    }

    @Test
    void whatTheGatewaySaysIsPassedOn() {
        try (Gateway bare =
                Gateway.start(
                        Config.proxyTo(URI.create("http://127.0.0.1:1/v1"), Optional.empty())
                                .withServer(new Config.Server("127.0.0.1", 0)))) {
            Ran ran = run("list", "--url", bare.address().resolve("/mcp").toString());
            assertEquals(1, ran.code());
            assertTrue(
                    ran.err().contains("/mcp answers 404: No MCP servers are configured"),
                    ran.err());
            assertTrue(ran.err().contains("; is the address right? A gateway has"), ran.err());
            assertEquals(1, ran.err().lines().count(), ran.err());
        }
        Ran nobody = run("list", "--url", "http://127.0.0.1:1/mcp");
        assertEquals(1, nobody.code());
        assertTrue(
                nobody.err().contains("cannot reach http://127.0.0.1:1/mcp: is the gateway"),
                nobody.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"call nothing", "list --url http://127.0.0.1:1/mcp"})
    void whatFailedIsNoWrongUse(String line) {
        String url = line.contains("--url") ? "" : " --url " + server.url();
        Ran ran = run((line + url).split(" "));
        assertEquals(1, ran.code(), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "call",
                "call echo {",
                "call echo 7",
                "call echo {} more",
                "list --url nowhere",
                "list --url http://h/mcp --config f"
            })
    void wrongUseIsTold(String line) {
        String url = line.contains("--url") ? "" : " --url " + server.url();
        Ran ran = run((line + url).split(" "));
        assertEquals(2, ran.code(), ran.err());
        assertEquals(1, ran.err().lines().count(), ran.err());
    }
}
