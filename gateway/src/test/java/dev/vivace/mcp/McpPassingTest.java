package dev.vivace.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What passes through the gateway beside calls of tools, to servers of which one is odd. */
@Timeout(60)
class McpPassingTest {
    private static final int FLOOD = 50_000;
    private static final CountDownLatch HANGS = new CountDownLatch(1);
    private static final CountDownLatch RELEASED = new CountDownLatch(1);
    private static final List<String> COMPLETED = new CopyOnWriteArrayList<>();

    @SuppressWarnings("NullAway.Init")
    private static OddServer odd;

    @SuppressWarnings("NullAway.Init")
    private static OddServer good;

    @SuppressWarnings("NullAway.Init")
    private static McpGateway gateway;

    @BeforeAll
    static void start() throws Exception {
        odd = new OddServer("{\"resources\":{},\"tools\":{}}", McpPassingTest::odd);
        good = new OddServer("{\"resources\":{},\"prompts\":{}}", McpPassingTest::good);
        gateway =
                new McpGateway(
                        McpGateway.servers(
                                "odd",
                                odd.options(McpGateway.patient(Duration.ofSeconds(30))),
                                "good",
                                good.options()));
    }

    @AfterAll
    static void stop() {
        gateway.close();
        odd.close();
        good.close();
    }

    private static boolean odd(OddServer.Asked asked) throws IOException {
        switch (asked.what()) {
            case "resources/templates/list" ->
                    asked.result(
                            "{\"resourceTemplates\":[{\"uriTemplate\":\"a:{x}\",\"name\":\"a\"}]}");
            case "resources/list" -> asked.result("{\"resources\":[]}");
            case "resources/read" -> asked.status(500);
            case "tools/call" -> {
                if (asked.message().at("/params/arguments").has("hang")) {
                    HANGS.countDown();
                    try {
                        RELEASED.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    asked.result("{\"content\":[]}");
                    return true;
                }
                var events = new StringBuilder();
                String token = asked.message().at("/params/_meta/progressToken").toString();
                String progress =
                        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                                + token
                                + ",\"progress\":1,\"message\":\""
                                + "x".repeat(200)
                                + "\"}}\n\n";
                for (int i = 0; i < FLOOD; i++) {
                    events.append(progress);
                }
                asked.events(
                        events + "data: " + asked.answer("\"result\":{\"content\":[]}") + "\n\n");
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static boolean good(OddServer.Asked asked) throws IOException {
        switch (asked.what()) {
            case "resources/templates/list" ->
                    asked.result(
                            "{\"resourceTemplates\":[{\"uriTemplate\":\"g:{x}\",\"name\":\"g\"},{\"uriTemplate\":\"{+all}\",\"name\":\"all\"}]}");
            case "resources/list" -> asked.result("{\"resources\":[]}");
            case "resources/read" ->
                    asked.result("{\"contents\":[{\"uri\":\"a:1\",\"text\":\"good\"}]}");
            case "prompts/list" -> asked.result("{\"prompts\":[{\"name\":\"p\"}]}");
            case "completion/complete" -> {
                COMPLETED.add(asked.message().path("params").toString());
                asked.result("{\"completion\":{\"values\":[\"one\"]}}");
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private static String session() throws Exception {
        return gateway.post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\"}")
                .headers()
                .firstValue("mcp-session-id")
                .orElseThrow();
    }

    private static String ask(String method, String params) throws Exception {
        return gateway.post(
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\""
                                + method
                                + "\",\"params\":"
                                + params
                                + "}",
                        "mcp-session-id",
                        session())
                .body();
    }

    @Test
    void aResourceIsLookedForBehindAServerThatFails() throws Exception {
        String read = ask("resources/read", "{\"uri\":\"a:1\"}");
        assertTrue(read.contains("\"text\":\"good\""), read);
        assertEquals(1, odd.times("resources/read"), "which was asked first");
        String fitting = ask("resources/read", "{\"uri\":\"g:1\"}");
        assertTrue(fitting.contains("\"text\":\"good\""), fitting);
        assertEquals(1, odd.times("resources/read"), "whose template fits is asked alone");
        String unknown = ask("resources/read", "{\"uri\":\"n:1\"}");
        assertTrue(unknown.contains("\"text\":\"good\""), unknown);
        assertEquals(2, odd.times("resources/read"), "what fits all fits nothing");
    }

    @Test
    void completionsGoToWhoseItIsWithoutTheClientsToken() throws Exception {
        String argument = "\"argument\":{\"name\":\"x\",\"value\":\"o\"}";
        String token = "\"_meta\":{\"progressToken\":7,\"kept\":1}";
        String ofTemplate =
                ask(
                        "completion/complete",
                        "{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"g:{x}\"},"
                                + argument
                                + ","
                                + token
                                + "}");
        assertTrue(ofTemplate.contains("\"values\":[\"one\"]"), ofTemplate);
        String ofPrompt =
                ask(
                        "completion/complete",
                        "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"good_p\"}," + argument + "}");
        assertTrue(ofPrompt.contains("\"values\":[\"one\"]"), ofPrompt);
        assertEquals(
                List.of(
                        "{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"g:{x}\"},"
                                + argument
                                + ",\"_meta\":{\"kept\":1}}",
                        "{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"p\"}," + argument + "}"),
                COMPLETED);
        String none =
                ask(
                        "completion/complete",
                        "{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"n:{x}\"}," + argument + "}");
        assertTrue(none.contains("no resource template 'n:{x}'"), none);
        assertTrue(ask("resources/templates/list", "{}").contains("\"uriTemplate\":\"g:{x}\""));
    }

    @Test
    void progressThatAClientDoesNotTakeIsLeftOut() throws Exception {
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"odd_t\",\"_meta\":{\"progressToken\":\"p\"}}}";
        long before = ok();
        try (Socket client = send(body)) {
            while (ok() == before) {
                LockSupport.parkNanos(1_000_000);
            }
            // Only now does it read.
            List<String> events =
                    new String(client.getInputStream().readAllBytes(), UTF_8)
                            .lines()
                            .filter(line -> line.startsWith("data: "))
                            .toList();
            assertTrue(events.size() > 1, "none at all");
            assertTrue(events.size() < FLOOD, "all " + events.size());
            assertTrue(events.getLast().contains("\"result\""), events.getLast());
        }
    }

    private static long ok() throws Exception {
        return figure("vivace_tool_calls_total{server=\"odd\",tool=\"odd_t\",outcome=\"ok\"}");
    }

    private static long figure(String name) throws Exception {
        return gateway.get("/metrics")
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
                .sum();
    }

    /** By a client that reads nothing yet. */
    private static Socket send(String body) throws Exception {
        var client = new Socket(gateway.url().getHost(), gateway.url().getPort());
        String head =
                "POST /mcp HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream\r\nmcp-session-id: "
                        + session()
                        + "\r\ncontent-length: "
                        + body.length()
                        + "\r\n\r\n";
        client.getOutputStream().write((head + body).getBytes(UTF_8));
        return client;
    }

    @Test
    void whatACallHoldsIsHeldWhenItsClientHasLeft() throws Exception {
        String body =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"odd_t\",\"arguments\":{\"hang\":\""
                        + "x".repeat(60_000)
                        + "\"}}}";
        try (Socket client = send(body)) {
            assertTrue(client.isConnected());
            HANGS.await();
        }
        while (figure("vivace_in_flight") > 0) {
            LockSupport.parkNanos(1_000_000);
        }
        assertTrue(figure("vivace_in_flight_bytes") >= body.length());
        RELEASED.countDown();
        while (figure("vivace_in_flight_bytes") > 0) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
