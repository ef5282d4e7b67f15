package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class MockUpstreamTest {
    private static final Duration SILENCE = Duration.ofSeconds(10);

    @Test
    void answersOneCallAfterTheOtherOfAnySize() throws Exception {
        try (var mock = MockUpstream.start();
                var wire = new Wire(mock.port(), SILENCE)) {
            for (var call : new Call[] {Call.plain(), Call.large(), Call.plain()}) {
                var reply = wire.exchange(call.bytes());
                assertEquals(200, reply.status());
                assertEquals(MockUpstream.ANSWER, new String(reply.body(), US_ASCII));
            }
        }
    }

    @Test
    void streamsChunksOfOneSize() throws Exception {
        try (var mock = MockUpstream.start();
                var wire = new Wire(mock.port(), SILENCE)) {
            wire.exchange(Call.plain().bytes());
            var reply = wire.exchange(Call.stream().bytes());
            assertEquals("text/event-stream", reply.headers().get("content-type"));
            var events = new String(reply.body(), US_ASCII).split("(?<=\n\n)");
            assertEquals(MockUpstream.CHUNKS + 1, events.length);
            var chunks = Stream.of(events).limit(MockUpstream.CHUNKS).toList();
            for (var chunk : chunks) {
                assertEquals(MockUpstream.CHUNK_BYTES, chunk.length());
                var delta = JsonMapper.shared().readTree(chunk.substring("data: ".length()));
                assertTrue(delta.at("/choices/0/delta/content").isString());
            }
            assertTrue(chunks.getLast().contains("\"finish_reason\":\"stop\""));
            assertEquals("data: [DONE]\n\n", events[MockUpstream.CHUNKS]);
            assertTrue(reply.firstBodyNanos() <= reply.nanos());
        }
    }

    @Test
    void itsAnswersAndTheCallsAreJson() {
        JsonMapper.shared().readTree(MockUpstream.ANSWER);
        for (var call :
                new Call[] {
                    Call.plain(), Call.stream(), Call.cacheable(), Call.cacheableStream()
                }) {
            assertEquals(1_100, call.body().length());
            JsonMapper.shared().readTree(call.body());
        }
        assertEquals(150_000, Call.large().body().length());
        JsonMapper.shared().readTree(Call.large().body());
    }
}
