package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.AnswerLog;
import dev.vivace.answer.Failure;
import dev.vivace.answer.Header;
import dev.vivace.config.Config;
import dev.vivace.key.Principal;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.Price;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.line.Call;
import dev.vivace.line.Flight;
import dev.vivace.line.Models;
import dev.vivace.line.UpstreamRequest;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A fault of our own is one call's affair: its client hears of it, and nothing stays held. What
 * fails here is the sum of a price that is finite and of tokens that are many.
 */
@Timeout(60)
final class CrashTest {
    private static Gateway dear(Upstream upstream) {
        Config base = Gateways.config(upstream.url());
        double most = Double.MAX_VALUE;
        return Gateway.start(
                base.toBuilder().prices(Map.of("m-1", new Price(most, most, most))).build());
    }

    private static void isInternal(Wire.Answer answer, String path) {
        String text = answer.text();
        assertEquals(500, answer.status(), text);
        assertTrue(text.contains("The gateway failed on this call"), text);
        assertEquals(path.equals("/v1/messages"), text.startsWith("{\"type\":\"error\""), text);
        assertFalse(text.matches("(?s).*(\\tat |Exception|java\\.).*"), text);
        assertTrue(answer.head().header("x-vivace-id").isPresent());
    }

    @Test
    void theClientHearsOfItAndNothingStaysHeld() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway = dear(upstream);
                var wire = new Wire(gateway.address())) {
            // While the answer is written, and then, from the cache, before there is any.
            for (int i = 0; i < 2; i++) {
                Wire.Answer answer = wire.post(Chat.PATH, Chat.ask("dear")).answer();
                isInternal(answer, Chat.PATH);
                String ledger = Wire.get(gateway.address(), "/admin/ledger").text();
                String id = answer.head().header("x-vivace-id").orElseThrow();
                assertEquals(1, ledger.split(id, -1).length - 1, "one entry: " + ledger);
            }
            Gateways.awaitIdle(gateway);
            String metrics = Wire.get(gateway.address(), "/metrics").text();
            assertTrue(metrics.contains("vivace_in_flight_bytes 0\n"), metrics);
            assertEquals(200, wire.post(Chat.PATH, free("other")).answer().status());
        }
    }

    @Test
    void ofEmbeddingsToo() throws Exception {
        try (var upstream =
                        Upstream.start((call, reply) ->
                                reply.json(
                                        200,
                                        "{\"data\":[{\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":9}}"));
                var gateway = dear(upstream);
                var wire = new Wire(gateway.address())) {
            String path = "/v1/embeddings";
            Wire.Answer answer = wire.post(path, "{\"model\":\"m-1\",\"input\":\"dear\"}").answer();
            isInternal(answer, path);
            assertTrue(answer.text().contains("x-vivace-id"), answer.text());
            Gateways.awaitIdle(gateway);
        }
    }

    private static String free(String question) {
        return Chat.ask(question).replace("m-1", "m-2");
    }

    /** A header that the client's own decoder would have refused. */
    @Test
    void aDeliveryThatFailsEndsTheLog() throws Exception {
        Vertx vertx = Vertx.vertx();
        try (var upstream = Upstream.start(Chat::reply)) {
            var log = new AnswerLog(0);
            var failed = new CompletableFuture<Failure>();
            log.onEnd(ended -> failed.complete(ended.failure().orElseThrow()));
            var request =
                    new UpstreamRequest(
                            new Models(List.of("default"), Set.of(), Map.of()).first(),
                            "POST",
                            Chat.PATH,
                            List.of(new Header("X-Bad", "secret\r\nX-More: 1")),
                            new byte[0],
                            UpstreamRequest.Kind.MODEL);
            var call = new Call("id", 0, System.nanoTime(), Principal.LOCAL, "chat", "m-1", false);
            vertx.runOnContext(nothing -> {
                Config config = Gateways.config(upstream.url());
                new Deliveries(vertx, System::nanoTime)
                        .make(config, new Upstreams(config, System::nanoTime, new LocalBuckets()))
                        .start(new Flight(call, request, log, CacheStatus.BYPASS));
            });
            assertEquals(Failure.Kind.INTERNAL, failed.get(20, TimeUnit.SECONDS).kind());
            assertFalse(failed.get().message().contains("secret"));
        } finally {
            vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        }
    }
}
