package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Identical calls in flight reach the upstream once. */
@Timeout(60)
final class JoinTest extends WireTest {
    private final CountDownLatch go = new CountDownLatch(1);

    /** The first event at once, the others when the test says so. */
    private void streaming(List<String> events) {
        upstream.script((call, reply) -> {
            reply.begin("text/event-stream", "X-Request-Id: of-the-leader", "Set-Cookie: a=1");
            reply.chunk(events.getFirst());
            go.await();
            for (String event : events.subList(1, events.size())) {
                reply.chunk(event);
            }
            reply.end();
        });
    }

    private void plain(int status, String body) {
        upstream.script((call, reply) -> {
            go.await();
            reply.json(status, body, "X-Request-Id: of-the-leader");
        });
    }

    private Wire join(String body, int inFlight) throws Exception {
        var wire = new Wire(gateway.address());
        wire.post(Chat.PATH, body);
        Gateways.awaitInFlight(gateway, inFlight);
        return wire;
    }

    @Test
    void streamingCallersGetTheWholeStreamLive() throws Exception {
        List<String> events = Chat.events(false, "stop", "a", "b");
        streaming(events);
        try (var leader = join(Chat.stream("live"), 1)) {
            Wire.Head led = leader.head();
            assertEquals("MISS", led.cache());
            assertEquals(Optional.of("of-the-leader"), led.header("x-request-id"));
            var others = new ArrayList<Wire>();
            var heads = new ArrayList<Wire.Head>();
            for (int i = 0; i < 5; i++) {
                Wire other = join(Chat.stream("live"), 2 + i);
                Wire.Head head = other.head();
                assertEquals("JOINED", head.cache());
                assertEquals(Optional.empty(), head.header("x-request-id"));
                assertEquals(Optional.empty(), head.header("set-cookie"));
                assertEquals(
                        events.getFirst(), new String(other.chunk(), UTF_8), "its first event");
                others.add(other);
                heads.add(head);
            }
            go.countDown();
            assertEquals(String.join("", events), leader.rest(led).text());
            for (int i = 0; i < 5; i++) {
                Wire.Answer rest = others.get(i).rest(heads.get(i));
                assertTrue(rest.whole());
                assertEquals(String.join("", events.subList(1, events.size())), rest.text());
                others.get(i).close();
            }
        }
        assertEquals(1, upstream.calls().size());
        assertEquals("HIT", Wire.ask(gateway.address(), Chat.PATH, Chat.stream("live")).cache());
    }

    @ParameterizedTest
    @ValueSource(strings = {"stop", "length", "content_filter"})
    void aPlainCallerJoinsAStream(String finish) throws Exception {
        streaming(Chat.events(true, finish, "two", " words"));
        try (var leader = join(Chat.streamWithUsage("mixed"), 1);
                var other = join(Chat.ask("mixed"), 2)) {
            go.countDown();
            Wire.Answer got = other.answer();
            assertEquals(200, got.status(), got.text());
            assertEquals("JOINED", got.cache());
            assertEquals(Optional.of("application/json"), got.head().header("content-type"));
            assertTrue(got.text().contains("\"object\":\"chat.completion\""), got.text());
            assertTrue(got.text().contains("\"content\":\"two words\""), got.text());
            assertTrue(got.text().contains("\"finish_reason\":\"" + finish + "\""), got.text());
            assertTrue(got.text().contains("\"total_tokens\":30"), got.text());
            assertTrue(leader.answer().text().endsWith(Chat.DONE));
        }
        assertEquals(1, upstream.calls().size());
        assertEquals(
                finish.equals("stop") ? "HIT" : "MISS",
                Wire.ask(gateway.address(), Chat.PATH, Chat.ask("mixed")).cache());
    }

    @ParameterizedTest
    @CsvSource({"stop, true", "stop, false", "length, true", "content_filter, false"})
    void aStreamingCallerJoinsAPlainOne(String finish, boolean usage) throws Exception {
        plain(200, Chat.answer("two words", finish));
        String mine = usage ? Chat.streamWithUsage("mixed") : Chat.stream("mixed");
        try (var leader = join(Chat.ask("mixed"), 1);
                var other = join(mine, 2)) {
            go.countDown();
            Wire.Answer got = other.answer();
            assertEquals("JOINED", got.cache());
            assertEquals(Optional.of("text/event-stream"), got.head().header("content-type"));
            assertTrue(got.text().endsWith(Chat.DONE), got.text());
            assertTrue(got.text().contains("\"finish_reason\":\"" + finish + "\""), got.text());
            assertEquals(usage, got.text().contains("\"total_tokens\":30"), got.text());
            assertEquals(Chat.answer("two words", finish), leader.answer().text());
        }
        assertEquals(1, upstream.calls().size());
    }

    @Test
    void whoDidNotAskForUsageGetsNone() throws Exception {
        List<String> events = Chat.events(true, "stop", "a", "b");
        streaming(events);
        try (var leader = join(Chat.streamWithUsage("usage"), 1);
                var other = join(Chat.stream("usage"), 2)) {
            go.countDown();
            Wire.Answer got = other.answer();
            assertEquals("JOINED", got.cache());
            assertEquals(String.join("", Chat.events(false, "stop", "a", "b")), got.text());
            assertEquals(String.join("", events), leader.answer().text());
        }
        assertEquals(1, upstream.calls().size());
    }

    @Test
    void whoAsksForUsageGetsIt() throws Exception {
        upstream.script((call, reply) -> {
            go.await();
            Chat.reply(call, reply);
        });
        try (var leader = join(Chat.stream("usage"), 1);
                var other = join(Chat.streamWithUsage("usage"), 2)) {
            go.countDown();
            assertTrue(other.answer().text().contains("\"total_tokens\":30"), "joined without");
            assertFalse(leader.answer().text().contains("total_tokens"));
        }
        // Nor from the cache without it, if only the stream without it was stored.
        Wire.ask(gateway.address(), Chat.PATH, Chat.stream("later"));
        Wire.Answer later = Wire.ask(gateway.address(), Chat.PATH, Chat.streamWithUsage("later"));
        assertTrue(later.text().contains("\"total_tokens\":30"), later.text());
        Wire.Answer again = Wire.ask(gateway.address(), Chat.PATH, Chat.streamWithUsage("later"));
        assertEquals("HIT", again.cache());
        assertEquals(later.text(), again.text());
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void anErrorOfTheUpstreamReachesAllOnce(boolean leads, boolean joins) throws Exception {
        String error = "{\"error\":{\"message\":\"no such thing\"}}";
        plain(422, error);
        try (var leader = join(leads ? Chat.stream("error") : Chat.ask("error"), 1);
                var other = join(joins ? Chat.stream("error") : Chat.ask("error"), 2)) {
            go.countDown();
            for (Wire wire : List.of(leader, other)) {
                Wire.Answer got = wire.answer();
                assertEquals(422, got.status());
                assertEquals(error, got.text());
                assertEquals(Optional.of("application/json"), got.head().header("content-type"));
            }
        }
        assertEquals(1, upstream.calls().size());
        upstream.script(Chat::reply);
        assertEquals("MISS", Wire.ask(gateway.address(), Chat.PATH, Chat.ask("error")).cache());
    }

    @Test
    void aBreakReachesAll() throws Exception {
        upstream.script((call, reply) -> {
            reply.begin("text/event-stream");
            reply.chunk(Chat.piece("first"));
            go.await();
            reply.reset();
        });
        try (var leader = join(Chat.stream("break"), 1);
                var stream = join(Chat.stream("break"), 2);
                var plain = join(Chat.ask("break"), 3)) {
            Wire.Head led = leader.head();
            Wire.Head joined = stream.head();
            leader.chunk();
            stream.chunk();
            go.countDown();
            for (Wire.Answer rest : List.of(leader.rest(led), stream.rest(joined))) {
                assertFalse(rest.whole());
                assertTrue(rest.text().contains("\"error\""), rest.text());
            }
            assertEquals(502, plain.answer().status());
        }
    }

    @Test
    void oneLeavesAndTheOthersStay() throws Exception {
        List<String> events = Chat.events(false, "stop", "a", "b");
        streaming(events);
        var leader = join(Chat.stream("leaving"), 1);
        try (var second = join(Chat.stream("leaving"), 2);
                var third = join(Chat.ask("leaving"), 3)) {
            leader.close();
            Gateways.awaitInFlight(gateway, 2);
            go.countDown();
            assertEquals(String.join("", events), second.answer().text());
            assertTrue(third.answer().text().contains("\"content\":\"ab\""));
        }
        assertEquals(1, upstream.calls().size());
        assertEquals("HIT", Wire.ask(gateway.address(), Chat.PATH, Chat.ask("leaving")).cache());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void allLeaveAndTheUpstreamIsClosed(boolean stream) throws Exception {
        var closed = new CountDownLatch(1);
        upstream.script((call, reply) -> {
            if (stream) {
                reply.begin("text/event-stream");
                reply.chunk(Chat.piece("first"));
            }
            reply.awaitClosed();
            closed.countDown();
        });
        String body = stream ? Chat.stream("all leave") : Chat.ask("all leave");
        var leader = join(body, 1);
        var second = join(Chat.ask("all leave"), 2);
        upstream.await(1);
        leader.close();
        Gateways.awaitInFlight(gateway, 1);
        assertEquals(1, closed.getCount(), "one still waits");
        second.close();
        assertTrue(closed.await(20, TimeUnit.SECONDS));
        upstream.script(Chat::reply);
        assertEquals("MISS", Wire.ask(gateway.address(), Chat.PATH, body).cache());
        assertEquals(2, upstream.calls().size());
    }

    @Test
    void aSlowJoinerHoldsNobodyUp() throws Exception {
        String piece = Chat.piece("x".repeat(8_000));
        var events = new ArrayList<String>();
        for (int i = 0; i < 1_000; i++) {
            events.add(piece);
        }
        events.addAll(Chat.events(false, "stop"));
        streaming(events);
        try (var leader = join(Chat.stream("slow"), 1);
                var slow = join(Chat.stream("slow"), 2)) {
            go.countDown();
            String whole = String.join("", events);
            assertEquals(whole, leader.answer().text(), "while the other reads nothing");
            assertEquals(whole, slow.answer().text());
        }
    }

    @Test
    void onlyTheSameQuestionJoins() throws Exception {
        var came = new AtomicInteger();
        upstream.script((call, reply) -> {
            came.incrementAndGet();
            go.await();
            Chat.reply(call, reply);
        });
        String nondeterministic =
                "{\"model\":\"m-1\",\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]}";
        var wires = new ArrayList<Wire>();
        for (String body :
                List.of(
                        Chat.ask("a"),
                        Chat.ask("b"),
                        Chat.ask("a", "\"top_p\":1,"),
                        Chat.ask("a", "\"zeta\":1,"),
                        nondeterministic,
                        nondeterministic)) {
            wires.add(join(body, wires.size() + 1));
        }
        var beta = new Wire(gateway.address());
        beta.post(Chat.PATH, Chat.ask("a"), "OpenAI-Beta: other=v2");
        wires.add(beta);
        var other = new Wire(gateway.address());
        other.post(Chat.PATH, Chat.ask("a"), "Authorization: Bearer other");
        wires.add(other);
        upstream.await(8);
        go.countDown();
        for (Wire wire : wires) {
            assertEquals(200, wire.answer().status());
            wire.close();
        }
        assertEquals(8, came.get());
    }
}
