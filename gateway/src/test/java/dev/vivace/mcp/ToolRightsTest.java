package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ToolSelection;
import dev.vivace.config.ToolServer;
import dev.vivace.gateway.Gateway;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a client key that is for some tools gets of the servers behind the gateway. */
@Timeout(60)
class ToolRightsTest {
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    @SuppressWarnings("NullAway.Init")
    private CountingServer files;

    @SuppressWarnings("NullAway.Init")
    private CountingServer mail;

    /** Has no tools. */
    @SuppressWarnings("NullAway.Init")
    private CountingServer notes;

    @SuppressWarnings("NullAway.Init")
    private Gateway gateway;

    @BeforeEach
    void start() throws IOException {
        files = new CountingServer("files", "read_file", "list", "wait");
        mail = new CountingServer("mail", "send");
        notes = new CountingServer("notes");
        gateway = gateway(ToolSelection.DEFAULT);
    }

    private Gateway gateway(ToolSelection selection) {
        return gateway(
                selection,
                McpGateway.servers(
                        "files", files.options(),
                        "mail", mail.options(),
                        "notes", notes.options()));
    }

    private static Gateway gateway(ToolSelection selection, Map<String, ToolServer> servers) {
        return Gateway.start(
                Config.proxyTo(URI.create("http://127.0.0.1:1/v1"), Optional.empty())
                        .withServer(new Config.Server("127.0.0.1", 0))
                        .toBuilder()
                        .tools(selection)
                        .mcp(servers)
                        .build(),
                Optional.of("root-of-all"));
    }

    @AfterEach
    void stop() {
        gateway.close();
        files.close();
        mail.close();
        notes.close();
    }

    private HttpResponse<String> admin(String method, String path, String body) throws Exception {
        return HTTP.send(
                HttpRequest.newBuilder(gateway.address().resolve(path))
                        .header("x-vivace-admin-key", "root-of-all")
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** A client with a new key. */
    private final class Client {
        final String id;
        private final String secret;
        private final String session;

        /**
         * @param terms of the key, more than its tenant
         */
        Client(String tenant, String terms) throws Exception {
            HttpResponse<String> made =
                    admin(
                            "POST",
                            "/admin/keys",
                            ("{'tenant':'" + tenant + "'" + terms + "}").replace('\'', '"'));
            assertEquals(201, made.statusCode(), made.body());
            JsonNode key = Rpc.JSON.readTree(made.body());
            id = key.path("id").asString("");
            secret = key.path("secret").asString("");
            session =
                    send("", "'method':'initialize'")
                            .headers()
                            .firstValue("mcp-session-id")
                            .orElseThrow();
        }

        private HttpResponse<String> send(String of, String message) throws Exception {
            return McpGateway.post(
                    gateway.address().resolve("/mcp"),
                    ("{'jsonrpc':'2.0','id':1," + message + "}").replace('\'', '"'),
                    of.isEmpty()
                            ? new String[] {"authorization", "Bearer " + secret}
                            : new String[] {
                                "authorization", "Bearer " + secret, "mcp-session-id", of
                            });
        }

        JsonNode ask(String of, String method, String params) throws Exception {
            HttpResponse<String> answer =
                    send(of, "'method':'" + method + "','params':{" + params + "}");
            assertEquals(200, answer.statusCode(), answer.body());
            // In a stream, after what is told beside it.
            return Rpc.JSON.readTree(
                    answer.body()
                            .lines()
                            .map(line -> line.replaceFirst("^data: ", ""))
                            .filter(line -> line.startsWith("{"))
                            .reduce((before, last) -> last)
                            .orElseThrow());
        }

        JsonNode ask(String method, String params) throws Exception {
            return ask(session, method, params);
        }

        JsonNode call(String tool) throws Exception {
            return ask("tools/call", "'name':'" + tool + "','arguments':{}");
        }

        List<String> list(String method, String member, String key) throws Exception {
            var names = new ArrayList<String>();
            for (JsonNode each : ask(method, "").path("result").path(member)) {
                names.add(each.path(key).asString(""));
            }
            return names;
        }

        List<String> tools() throws Exception {
            return list("tools/list", "tools", "name");
        }
    }

    private static String text(JsonNode answer) {
        return answer.at("/result/content/0/text").asString("");
    }

    private static String refusal(JsonNode answer) {
        assertEquals(-32602, answer.at("/error/code").asInt(), answer.toString());
        return answer.at("/error/message").asString("");
    }

    private JsonNode lastEntry() throws Exception {
        String ledger = admin("GET", "/admin/ledger?limit=1", "").body();
        return Rpc.JSON.readTree(ledger).at("/entries/0");
    }

    @Test
    void whichServersAreDownIsToldToWhoReachesThem() throws Exception {
        var any = new Client("acme", "");
        var some = new Client("acme", ",'tools':['files_*','notes_of_mine']");
        assertFalse(any.ask("tools/list", "").path("result").has("_meta"));
        mail.close();
        JsonNode down = any.ask("tools/list", "").at("/result/_meta");
        while (down.isMissingNode()) {
            any.call("mail_send"); // by which it is noticed
            down = any.ask("tools/list", "").at("/result/_meta");
        }
        assertEquals(List.of("mail"), List.copyOf(down.path(Rpc.SERVERS_DOWN).propertyNames()));
        assertFalse(down.path(Rpc.SERVERS_DOWN).path("mail").asString("").isEmpty());
        assertFalse(some.ask("tools/list", "").path("result").has("_meta"));
    }

    @Test
    void aListShowsWhatAKeyMayCallAndNothingElse() throws Exception {
        var all = new Client("acme", "");
        var some = new Client("acme", ",'tools':['files_*','mail_read']");
        var one = new Client("acme", ",'tools':['mail_send']");
        var none = new Client("acme", ",'tools':['web_*']");
        assertEquals(
                List.of("files_read_file", "files_list", "files_wait", "mail_send"), all.tools());
        assertEquals(List.of("files_read_file", "files_list", "files_wait"), some.tools());
        assertEquals(List.of("mail_send"), one.tools());
        assertEquals(List.of(), none.tools());
        // A session is its tenant's: what counts is the key of each request.
        assertEquals(
                "mail_send",
                one.ask(all.session, "tools/list", "").at("/result/tools/0/name").asString(""));
        assertEquals(
                "You may not call the tool 'files_list'.",
                refusal(one.ask(all.session, "tools/call", "'name':'files_list'")));
    }

    @Test
    void ordersAreTheOperators() throws Exception {
        var client = new Client("acme", "");
        for (String order : List.of("invalidate", "restart")) {
            URI url = gateway.address().resolve("/admin/tools/" + order);
            assertEquals(401, McpGateway.post(url, "{\"server\":\"files\"}").statusCode());
            String key = "Bearer " + client.secret;
            assertEquals(
                    401,
                    McpGateway.post(url, "{\"server\":\"files\"}", "authorization", key)
                            .statusCode());
            HttpResponse<String> done =
                    admin("POST", "/admin/tools/" + order, "{\"server\":\"files\"}");
            assertEquals(200, done.statusCode(), done.body());
        }
    }

    /** Not the name of the same tool of another server: that may be another matter. */
    @Test
    void ofAServerThatWasNeverUpItIsToldThatItIsDown() throws Exception {
        gateway.close();
        var nobody =
                new ToolServer.Remote(
                        URI.create("http://127.0.0.1:1/mcp"), Map.of(), ToolServer.Terms.DEFAULT);
        gateway =
                gateway(
                        ToolSelection.DEFAULT,
                        McpGateway.servers("files", files.options(), "fales", nobody));
        String said =
                text(new Client("acme", "").call("fales_list"))
                        .replaceFirst("in \\d+ s|try again in a moment", "soon");
        assertTrue(
                said.startsWith(
                        "There is no tool 'fales_list' yet. The server fales is not running: nobody answers at its address; "),
                said);
        assertEquals(
                "You may not call the tool 'fales_list'.",
                refusal(new Client("acme", ",'tools':['files_*']").call("fales_list")));
    }

    @Test
    void theSearchFindsWhatAKeyMayCallAndNothingElse() throws Exception {
        gateway.close();
        gateway = gateway(new ToolSelection(ToolSelection.Mode.ON, 2));
        String send = "'name':'search_tools','arguments':{'query':'send mail'}";
        var all = new Client("acme", "");
        assertEquals("search_tools", all.tools().getFirst());
        assertTrue(text(all.ask("tools/call", send)).contains("\"name\":\"mail_send\""));
        assertTrue(all.tools().contains("mail_send"));
        // Of the same tenant, so that what its other key was of use to is known.
        assertEquals("of mail", text(all.call("mail_send")));
        var some = new Client("acme", ",'tools':['files_*']");
        assertEquals("search_tools", some.tools().getFirst());
        assertEquals(
                "None of the 3 tools fits these words; try others.",
                text(some.ask("tools/call", send)));
        assertFalse(some.tools().contains("mail_send"), some.tools()::toString);
        String list = "'name':'search_tools','arguments':{'query':'list'}";
        assertTrue(text(some.ask("tools/call", list)).contains("\"name\":\"files_list\""));
    }

    @Test
    void aCallOfAnotherIsRefusedAsIsOneOfWhatIsNotThere() throws Exception {
        var client = new Client("acme", ",'tools':['files_*']");
        assertEquals("of files", text(client.call("files_list")));
        assertEquals("You may not call the tool 'mail_send'.", refusal(client.call("mail_send")));
        JsonNode there = lastEntry();
        assertEquals("You may not call the tool 'mail_burn'.", refusal(client.call("mail_burn")));
        JsonNode notThere = lastEntry();
        assertEquals(List.of(), mail.heard());
        for (JsonNode entry : List.of(there, notThere)) {
            assertEquals("mcp", entry.path("door").asString(""), entry.toString());
            assertEquals(403, entry.path("status").asInt(), entry.toString());
        }
        assertEquals("mail_send", there.path("model").asString(""));
        assertEquals("other", notThere.path("model").asString(""));
        String metrics = admin("GET", "/metrics", "").body();
        assertTrue(
                metrics.contains("{server=\"mail\",tool=\"mail_send\",outcome=\"denied\"} 1"),
                metrics);
        assertTrue(
                metrics.contains("{server=\"none\",tool=\"other\",outcome=\"denied\"} 1"), metrics);
        assertFalse(metrics.contains("mail_burn"));
        // Of what it may call, a key may know that it is not there.
        var all = new Client("acme", "");
        assertEquals("There is no tool 'xy'.", refusal(all.call("xy")));
        // The same tool of another server is another matter.
        assertEquals("There is no tool 'mail_read_file'.", refusal(all.call("mail_read_file")));
        assertEquals(
                "There is no tool 'read_file'; did you mean 'files_read_file'?",
                refusal(all.call("read_file")));
        assertEquals(
                "There is no tool 'files_lst'; did you mean 'files_list'?",
                refusal(client.call("files_lst")));
        // The nearest of those that it may call.
        assertEquals(
                "There is no tool 'files_send'; did you mean 'files_list'?",
                refusal(client.call("files_send")));
    }

    @Test
    void aResultThatIsKeptReachesNobodyWhoMayNotCall() throws Exception {
        var reads = new Client("acme", ",'tools':['files_read_file']");
        var same = new Client("acme", ",'tools':['files_read*']");
        var other = new Client("acme", ",'tools':['files_list']");
        assertEquals("of files", text(reads.call("files_read_file")));
        assertEquals("of files", text(same.call("files_read_file")));
        assertEquals(List.of("tools/call read_file"), files.heard(), "it was kept");
        assertEquals(
                "You may not call the tool 'files_read_file'.",
                refusal(other.call("files_read_file")));
    }

    @Test
    void aResultThatIsOnItsWayReachesNobodyWhoMayNotCall() throws Exception {
        var waits = new Client("acme", ",'tools':['files_wait']");
        var other = new Client("acme", ",'tools':['files_list']");
        var first = new CompletableFuture<JsonNode>();
        Thread.ofVirtual()
                .start(() -> {
                    try {
                        first.complete(waits.call("files_wait"));
                    } catch (Exception e) {
                        first.completeExceptionally(e);
                    }
                });
        assertTrue(files.waiting.await(30, TimeUnit.SECONDS));
        assertEquals("You may not call the tool 'files_wait'.", refusal(other.call("files_wait")));
        assertFalse(first.isDone());
        files.go.countDown();
        assertEquals("of files", text(first.get(30, TimeUnit.SECONDS)));
    }

    @Test
    void aKeyReachesTheServersThatItHasAToolOf() throws Exception {
        var client = new Client("acme", ",'tools':['files_read_file','*_nothing','not*']");
        assertEquals(
                List.of("files:one", "notes:one"),
                client.list("resources/list", "resources", "uri"));
        assertEquals(
                List.of("files:{id}", "notes:{id}"),
                client.list("resources/templates/list", "resourceTemplates", "uriTemplate"));
        assertEquals(
                List.of("files_greet", "notes_greet"),
                client.list("prompts/list", "prompts", "name"));
        for (String uri : List.of("files:one", "files:7", "notes:one")) {
            assertEquals(
                    "of " + uri.substring(0, 5),
                    client.ask("resources/read", "'uri':'" + uri + "'")
                            .at("/result/contents/0/text")
                            .asString(""));
        }
        assertEquals(
                "of notes",
                client.ask("prompts/get", "'name':'notes_greet'")
                        .at("/result/description")
                        .asString(""));
        assertEquals(
                "of files",
                client.ask(
                                "completion/complete",
                                "'ref':{'type':'ref/resource','uri':'files:{id}'}")
                        .at("/result/completion/values/0")
                        .asString(""));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "resources/read      | 'uri':'mail:one'                                   | not so",
                "prompts/get         | 'name':'mail_greet'                                | There is no prompt 'mail_greet'.",
                "completion/complete | 'ref':{'type':'ref/prompt','name':'mail_greet'}    | There is no prompt 'mail_greet'.",
                "completion/complete | 'ref':{'type':'ref/resource','uri':'mail:{id}'}    | There is no resource template 'mail:{id}'.",
                "completion/complete | 'ref':{'type':'ref/resource','uri':'mail:one'}     | There is no resource template 'mail:one'.",
            })
    void aServerThatItHasNothingOfIsNotThereForIt(String method, String params, String says)
            throws Exception {
        var client = new Client("acme", ",'tools':['files_*','mail_burn']");
        assertEquals(says, client.ask(method, params).at("/error/message").asString(""));
        assertEquals(List.of(), mail.heard());
        assertEquals(List.of(), notes.heard());
        var all = new Client("acme", "");
        assertTrue(all.ask(method, params).has("result"));
        assertEquals(1, mail.heard().size(), "it was there for others");
    }

    /** The others are asked, as for what is nowhere: or it could be learned what is there. */
    @Test
    void whatAServerOutOfReachHasIsAsWhatIsNowhere() throws Exception {
        var client = new Client("acme", ",'tools':['files_*']");
        assertEquals(
                client.ask("resources/read", "'uri':'void:one'"),
                client.ask("resources/read", "'uri':'mail:one'"));
        assertEquals(List.of("resources/read void:one", "resources/read mail:one"), files.heard());
        assertEquals(List.of(), mail.heard());
        var unlucky = new Client("acme", ",'tools':['web_*']");
        assertEquals(
                "No server has the resource 'mail:one'.",
                unlucky.ask("resources/read", "'uri':'mail:one'")
                        .at("/error/message")
                        .asString(""));
    }

    /** No list and no template has it: each server would be asked, but for those out of reach. */
    @Test
    void whatNobodyListsIsAskedOfNoServerOutOfReach() throws Exception {
        var client = new Client("acme", ",'tools':['files_*']");
        assertEquals(
                "of files",
                client.ask("resources/read", "'uri':'else:1'")
                        .at("/result/contents/0/text")
                        .asString(""));
        var unlucky = new Client("acme", ",'tools':['web_*']");
        assertTrue(unlucky.ask("resources/read", "'uri':'else:1'").has("error"));
        assertEquals(List.of("resources/read else:1"), files.heard());
        assertEquals(List.of(), mail.heard());
    }

    @Test
    void aRevokedKeyIsOutAtItsNextRequest() throws Exception {
        var client = new Client("acme", ",'tools':['files_*']");
        assertEquals("of files", text(client.call("files_list")));
        assertEquals(200, admin("DELETE", "/admin/keys/" + client.id, "").statusCode());
        assertEquals(401, client.send(client.session, "'method':'tools/list'").statusCode());
    }

    @Test
    void operatorsSeeTheToolsAndMayNotMistypeThem() throws Exception {
        var unused = new Client("acme", ",'tools':['web_search','files_*']");
        String keys = admin("GET", "/admin/keys", "").body();
        assertTrue(keys.contains("\"tools\":[\"files_*\",\"web_search\"]"), keys);
        HttpResponse<String> wrong =
                admin("POST", "/admin/keys", "{\"tenant\":\"acme\",\"tools\":[\"files.*\"]}");
        assertEquals(400, wrong.statusCode());
        assertTrue(wrong.body().contains("tools must be names of 1 to 64 letters"), wrong.body());
        assertTrue(wrong.body().contains("not 'files.*'"), wrong.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "resources/read      | 'uri':'mail:one'",
                "prompts/get         | 'name':'mail_greet'",
                "completion/complete | 'ref':{'type':'ref/prompt','name':'mail_greet'}",
            })
    void whateverReachesAServerIsLimitedAndInTheLedger(String method, String params)
            throws Exception {
        var client = new Client("acme", ",'requests_per_minute':1");
        assertTrue(client.ask(method, params).has("result"));
        JsonNode entry = lastEntry();
        assertEquals("mcp", entry.path("door").asString(""), entry.toString());
        assertEquals(method, entry.path("model").asString(""), entry.toString());
        assertEquals(200, entry.path("status").asInt(), entry.toString());
        assertEquals(client.id, entry.path("key").asString(""), entry.toString());
        String limited = client.ask(method, params).at("/error/message").asString("");
        assertTrue(limited.startsWith("The limit of 1 requests a minute"), limited);
        assertEquals(429, lastEntry().path("status").asInt());
        assertEquals(1, mail.heard().size());
    }

    @Test
    void aRefusedCallIsOneRequest() throws Exception {
        var client = new Client("acme", ",'requests_per_minute':1,'tools':['files_*']");
        assertEquals("You may not call the tool 'mail_send'.", refusal(client.call("mail_send")));
        for (String tool : List.of("mail_send", "mail_burn", "files_list")) {
            assertTrue(text(client.call(tool)).startsWith("The limit of 1 requests"), tool);
        }
        assertEquals(List.of(), files.heard());
    }

    @ParameterizedTest
    @CsvSource({"-32602, true", "-32600, true", "-32000, false"})
    void badArgumentsOfOneDoNotRestATool(int code, boolean works) throws Exception {
        var careless = new Client("acme", "");
        var other = new Client("other", "");
        for (int i = 0; i < 40; i++) {
            JsonNode answer =
                    careless.ask(
                            "tools/call",
                            "'name':'mail_send','arguments':{'fail':" + code + ",'i':" + i + "}");
            assertTrue(!works || answer.at("/error/code").asInt() == code, answer.toString());
        }
        assertEquals(works, text(other.call("mail_send")).equals("of mail"));
    }
}
