package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.deliver.BreakerOptions;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the time that an attempt takes says about its upstream. */
@Timeout(60)
final class AttemptTest extends TwoUpstreams {
    /** In a row; then an operator hears of it. */
    private static final int ENOUGH = 3;

    private static final Duration LONG_ENOUGH = Duration.ofSeconds(5);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final StillClock clock = new StillClock();
    private final CountDownLatch ends = new CountDownLatch(1);

    private Gateway gateway(boolean both) {
        return start(
                both,
                with ->
                        with.retries(Gateways.NEVER_AGAIN)
                                .breaker(
                                        new BreakerOptions(
                                                true, MINUTE, both ? 20 : 1, 0.1, MINUTE, 1)),
                clock);
    }

    /** An upstream that says nothing until the test is over. */
    private void hangs(Upstream upstream) {
        upstream.script((call, reply) -> ends.await());
    }

    /** Clients that come one after another, and leave when so much time has passed. */
    private void leave(Gateway gateway, Upstream upstream, String name, Duration after)
            throws Exception {
        for (int i = 1; i <= ENOUGH; i++) {
            try (var wire = new Wire(gateway.address())) {
                wire.post(Chat.PATH, Chat.ask("hangs " + i));
                upstream.await(i);
                clock.pass(after);
            }
            awaitMetric(
                    gateway,
                    "vivace_upstream_calls_total{upstream=\"%s\",outcome=\"abandoned\"} %d"
                            .formatted(name, i));
        }
    }

    private static JsonNode upstream(Gateway gateway, int which) throws Exception {
        return JsonMapper.shared()
                .readTree(Wire.get(gateway.address(), "/admin/upstreams").body())
                .path("upstreams")
                .path(which);
    }

    /** No breaker does: who leaves may still have been impatient. */
    @Test
    void whoLeavesAfterFiveSecondsOfSilenceSpeaksAgainstTheUpstream() throws Exception {
        hangs(first);
        try (var gateway = gateway(false)) {
            leave(gateway, first, "first", LONG_ENOUGH.plusNanos(1));
            JsonNode seen = upstream(gateway, 0);
            String problem = seen.path("problem").asString("");
            assertTrue(problem.contains("failed 3 times in a row"), seen.toString());
            assertTrue(
                    problem.contains("had not begun to answer when its client left after 5 s."),
                    seen.toString());
            assertEquals("closed", seen.path("breaker").asString(""));
            String ready = Wire.get(gateway.address(), "/readyz").text();
            assertTrue(ready.contains("\"degraded\""), ready);
        } finally {
            ends.countDown();
        }
    }

    @Test
    void whoLeavesSoonerDoesNot() throws Exception {
        hangs(first);
        try (var gateway = gateway(false)) {
            leave(gateway, first, "first", LONG_ENOUGH);
            assertEquals("", upstream(gateway, 0).path("problem").asString(""));
        } finally {
            ends.countDown();
        }
    }

    @Test
    void norDoesWhoLeavesAnAnswerThatHasBegun() throws Exception {
        first.script((call, reply) -> {
            reply.begin("text/event-stream");
            reply.chunk(Chat.piece("begun"));
            ends.await();
        });
        try (var gateway = gateway(false)) {
            for (int i = 1; i <= ENOUGH; i++) {
                try (var wire = new Wire(gateway.address())) {
                    wire.post(Chat.PATH, Chat.stream("begins " + i));
                    assertEquals(200, wire.head().status());
                    clock.pass(LONG_ENOUGH.plusNanos(1));
                }
                awaitMetric(
                        gateway,
                        "vivace_upstream_calls_total{upstream=\"first\",outcome=\"abandoned\"} "
                                + i);
            }
            assertEquals("", upstream(gateway, 0).path("problem").asString(""));
        } finally {
            ends.countDown();
        }
    }

    @Test
    void whatTheOneBeforeTookIsNoFaultOfTheNext() throws Exception {
        first.script((call, reply) -> {
            clock.pass(LONG_ENOUGH.multipliedBy(2));
            reply.json(500, BROKEN);
        });
        hangs(second);
        try (var gateway = gateway(true)) {
            leave(gateway, second, "second", Duration.ZERO);
            assertEquals(ENOUGH, first.calls().size());
            assertEquals("", upstream(gateway, 1).path("problem").asString(""));
        } finally {
            ends.countDown();
        }
    }
}
