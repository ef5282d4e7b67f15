package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A stream whose connection ends well has not therefore come to its end. */
@Timeout(60)
final class StreamEndsTest extends WireTest {
    private static final String STOP = Chat.chunk("{}", "\"stop\"");

    @Test
    void aStreamWithoutItsEndIsCut() throws Exception {
        var seen = new CountDownLatch(1);
        upstream.script((call, reply) -> {
            reply.begin("text/event-stream");
            reply.chunk(Chat.piece("half an"));
            seen.await();
            reply.end();
        });
        try (var wire = new Wire(gateway.address())) {
            wire.post(Chat.PATH, Chat.stream("cut"));
            Wire.Head head = wire.head();
            assertEquals(Chat.piece("half an"), new String(wire.chunk(), UTF_8));
            seen.countDown();
            Wire.Answer rest = wire.rest(head);
            assertFalse(rest.whole());
            assertTrue(
                    rest.text().startsWith("data: {\"error\":{\"message\":\"The upstream"),
                    rest.text());
            assertTrue(rest.text().contains("ended its stream before"), rest.text());
        }
        String ledger = Wire.get(gateway.address(), "/admin/ledger").text();
        assertTrue(ledger.contains("{\"stage\":\"deliver\",\"outcome\":\"cut\"}"), ledger);
        assertTrue(ledger.contains("\"status\":502"), ledger);
        upstream.script(Chat::reply);
        assertEquals("MISS", Wire.ask(gateway.address(), Chat.PATH, Chat.stream("cut")).cache());
    }

    @Test
    void aServerThatDoesNotSayThatItIsDoneIsDoneWhereItsChoicesAre() throws Exception {
        List<String> events = List.of(Chat.piece("a"), STOP, Chat.usage());
        upstream.script((call, reply) -> reply.stream(events));
        same(Chat.PATH, events);
    }

    @Test
    void theEndIsFoundHoweverLongItIs() throws Exception {
        List<String> events =
                List.of(
                        "event: response.created\ndata: {\"type\":\"response.created\"}\n\n",
                        "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"instructions\":\""
                                + "x".repeat(300_000)
                                + "\"}}\n\n");
        upstream.script((call, reply) -> reply.stream(events));
        same("/v1/responses", events);
    }

    @Test
    void anErrorThatTheUpstreamTellsItselfIsNotToldTwice() throws Exception {
        List<String> events =
                List.of(Chat.piece("a"), "data: {\"error\":{\"message\":\"lost\"}}\n\n");
        upstream.script((call, reply) -> reply.stream(events));
        same(Chat.PATH, events);
        String ledger = Wire.get(gateway.address(), "/admin/ledger").text();
        assertTrue(ledger.contains("{\"stage\":\"stream\",\"outcome\":\"error\"}"), ledger);
    }

    @Test
    void whatOnlyPassesThroughEndsAsItDoes() throws Exception {
        List<String> events = List.of("data: {\"choices\":[{\"text\":\"a\"}]}\n\n");
        upstream.script((call, reply) -> reply.stream(events));
        same("/v1/completions", events);
    }

    private void same(String path, List<String> events) throws Exception {
        Wire.Answer answer = Wire.ask(gateway.address(), path, Chat.stream("whole"));
        assertTrue(answer.whole(), path);
        assertEquals(String.join("", events), answer.text());
    }
}
