package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What an operator can have done at {@code /admin/tools}. */
@Timeout(60)
class ToolOrdersTest {
    @SuppressWarnings("NullAway.Init")
    private CountingServer files;

    @SuppressWarnings("NullAway.Init")
    private CountingServer mail;

    @SuppressWarnings("NullAway.Init")
    private McpGateway gateway;

    @BeforeEach
    void start() throws IOException {
        files = new CountingServer("files", "read", "list");
        mail = new CountingServer("mail", "read");
        gateway =
                new McpGateway(
                        McpGateway.servers("files", files.options(), "mail", mail.options()));
        gateway.tools(); // which waits until both have told theirs
    }

    @AfterEach
    void stop() {
        gateway.close();
        files.close();
        mail.close();
    }

    private HttpResponse<String> order(String path, String body) throws Exception {
        return McpGateway.post(
                gateway.gateway.address().resolve("/admin/tools/" + path), body.replace('\'', '"'));
    }

    private String cache(String tool) {
        CallToolResult result = gateway.call(tool, Map.of());
        assertTrue(McpGateway.text(result).startsWith("of "), result.toString());
        return result.meta() == null ? "called" : String.valueOf(result.meta().get("vivace/cache"));
    }

    private List<String> again() {
        return Stream.of("files_read", "files_list", "mail_read").map(this::cache).toList();
    }

    @Test
    void whatWasKeptIsForgottenByServerByToolAndAltogether() throws Exception {
        assertEquals(List.of("called", "called", "called"), again());
        assertEquals(List.of("HIT", "HIT", "HIT"), again());
        assertEquals("{\"removed\":2}", order("invalidate", "{'server':'files'}").body());
        assertEquals(List.of("called", "called", "HIT"), again());
        assertEquals("{\"removed\":1}", order("invalidate", "{'tool':'files_list'}").body());
        assertEquals("{\"removed\":0}", order("invalidate", "{'tool':'files_list'}").body());
        assertEquals(List.of("HIT", "called", "HIT"), again());
        assertEquals("{\"removed\":3}", order("invalidate", "{'all':true}").body());
        assertEquals(List.of("called", "called", "called"), again());
    }

    @Test
    void aServerIsStartedAgainAndWhatItHasStays() throws Exception {
        List<String> before = gateway.tools();
        assertEquals("called", cache("mail_read"));
        assertEquals("{\"restarting\":true}", order("restart", "{'server':'mail'}").body());
        JsonNode mailNow = server(1);
        while (mailNow.path("restarts").asInt() < 1 || !mailNow.path("up").asBoolean()) {
            mailNow = server(1);
        }
        assertEquals(0, server(0).path("restarts").asInt());
        assertEquals(before, gateway.tools());
        assertEquals("HIT", cache("mail_read"), "what was kept is as true as before");
    }

    private JsonNode server(int which) throws Exception {
        return Rpc.JSON.readTree(gateway.get("/admin/tools")).path("servers").path(which);
    }

    @Test
    void noPageOfAnotherOriginCanOrderIt() throws Exception {
        HttpResponse<String> answer =
                McpGateway.post(
                        gateway.gateway.address().resolve("/admin/tools/invalidate"),
                        "{\"all\":true}",
                        "origin",
                        "http://evil.example");
        assertEquals(403, answer.statusCode(), answer.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    restart    | {'server':'fils'}               | 400 | did you mean 'files'?
                    restart    | {'server':'everything-else'}    | 400 | There is no such MCP server.
                    restart    | {'all':true}                    | 400 | unknown member 'all'; known: server
                    restart    | {}                              | 400 | Each is restarted by itself
                    restart    | {'tool':'files_read'}           | 400 | unknown member 'tool'
                    invalidate | {'server':'fils'}               | 400 | did you mean 'files'?
                    invalidate | {'tool':'files_raed'}           | 400 | There is no such tool; did you mean 'files_read'?
                    invalidate | {}                              | 400 | Say what to forget
                    invalidate | {'all':false}                   | 400 | Say what to forget
                    invalidate | {'server':'files','all':true}   | 400 | Say what to forget
                    invalidate | {'server':7}                    | 400 | must be a string
                    invalidate | nothing                         | 400 | cannot be read
                    stop       | {}                              | 404 | /admin/tools/restart
                    """)
    void saysWhatIsWrong(String path, String body, int status, String says) throws Exception {
        HttpResponse<String> answer = order(path, body);
        assertEquals(status, answer.statusCode(), answer.body());
        assertTrue(answer.body().contains(says), answer.body());
        assertEquals(List.of("called", "called", "called"), again());
    }
}
