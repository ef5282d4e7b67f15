package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Embedding calls over the wire. */
@Timeout(60)
final class EmbeddingDoorTest extends WireTest {
    private static final String PATH = "/v1/embeddings";
    private static final JsonMapper JSON = new JsonMapper();

    private final CountDownLatch go = new CountDownLatch(1);

    @Override
    void answer(Upstream.Call call, Upstream.Reply reply) throws Exception {
        reply.json(200, vectors(call));
    }

    private static String vectors(Upstream.Call call) {
        JsonNode input = JSON.readTree(call.body()).get("input");
        var data = new ArrayList<String>();
        for (int i = 0; i < input.size(); i++) {
            data.add("{\"index\":" + i + ",\"embedding\":[" + i + ".50]}");
        }
        return "{\"data\":" + data + ",\"usage\":{\"prompt_tokens\":" + 10 * input.size() + "}}";
    }

    private static String ask(String... texts) {
        return "{\"model\":\"e\",\"input\":" + JSON.writeValueAsString(texts) + "}";
    }

    private Wire send(String body, int inFlight) throws Exception {
        var wire = new Wire(gateway.address());
        wire.post(PATH, body);
        Gateways.awaitInFlight(gateway, inFlight);
        return wire;
    }

    /** The last ledger entry, once there are so many. */
    private JsonNode entry(int entries) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (true) {
            JsonNode all =
                    JSON.readTree(Wire.get(gateway.address(), "/admin/ledger?limit=100").body())
                            .get("entries");
            if (all.size() >= entries || System.nanoTime() > deadline) {
                assertEquals(entries, all.size(), all.toString());
                return all.get(entries - 1);
            }
        }
    }

    @Test
    void aLargeCallGoesThroughInOnePieceAsItIs() throws Exception {
        String[] texts = new String[2_048];
        java.util.Arrays.setAll(texts, i -> "text number " + i + " of a large call");
        String body = ask(texts);
        Wire.Answer got = Wire.ask(gateway.address(), PATH, body);
        assertEquals(200, got.status(), got.text());
        Upstream.Call only = upstream.only();
        assertArrayEquals(body.getBytes(StandardCharsets.UTF_8), only.body());
        assertEquals(vectors(only), got.text());
    }

    @Test
    void whatTheUpstreamSaysToOneCallIsNotSaidToThoseWhoJoined() throws Exception {
        upstream.script((call, reply) -> {
            go.await();
            reply.json(
                    429,
                    "{\"error\":{\"message\":\"slow down\"}}",
                    "Retry-After: 70", // longer than the gateway would wait
                    "Set-Cookie: a=1",
                    "X-RateLimit-Remaining-Requests: 0",
                    "X-Request-Id: of-the-owner");
        });
        try (var owner = send(ask("x"), 1);
                var joins = send(ask("x"), 2)) {
            upstream.await(1);
            go.countDown();
            Wire.Answer owned = owner.answer();
            assertEquals("MISS", owned.cache());
            assertEquals(Optional.of("of-the-owner"), owned.head().header("x-request-id"));
            assertEquals(Optional.of("70"), owned.head().header("retry-after"));
            Wire.Answer joined = joins.answer();
            assertEquals(429, joined.status());
            assertEquals("JOINED", joined.cache());
            assertEquals(owned.text(), joined.text());
            assertEquals(Optional.of("application/json"), joined.head().header("content-type"));
            for (String theirs :
                    List.of(
                            "retry-after",
                            "set-cookie",
                            "x-ratelimit-remaining-requests",
                            "x-request-id")) {
                assertEquals(Optional.empty(), joined.head().header(theirs), theirs);
            }
        }
        assertEquals(1, upstream.calls().size());
    }

    @Test
    void nobodyJoinsWhatWasForgotten() throws Exception {
        upstream.script((call, reply) -> {
            go.await();
            answer(call, reply);
        });
        try (var first = send(ask("x"), 1)) {
            upstream.await(1);
            Wire.ask(gateway.address(), "/admin/cache/invalidate", "{\"all\":true}");
            try (var second = send(ask("x"), 2)) {
                upstream.await(2);
                go.countDown();
                assertEquals("MISS", first.answer().cache());
                assertEquals("MISS", second.answer().cache());
            }
        }
    }

    @Test
    void aFailureSaysWhatHappened() throws Exception {
        upstream.script((call, reply) -> reply.close());
        Wire.Answer got = Wire.ask(gateway.address(), PATH, ask("x"), "Cache-Control: no-store");
        assertEquals(502, got.status());
        assertEquals("BYPASS", got.cache());
    }

    @Test
    void whoLeavesHasPaid() throws Exception {
        upstream.script((call, reply) -> reply.awaitClosed());
        Wire leaves = send(ask("some text"), 1);
        upstream.await(1);
        leaves.close();
        Gateways.awaitIdle(gateway);
        JsonNode left = entry(1);
        assertEquals(499, left.get("status").asInt());
        assertTrue(left.get("tokens").get("fresh").asLong() > 0, left.toString());
    }
}
