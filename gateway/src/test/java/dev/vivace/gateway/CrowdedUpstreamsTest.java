package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigBuilder;
import dev.vivace.config.ModelRoute;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.limit.Rates;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Upstreams that let nobody in for the moment are passed by, and nothing is taken from them. */
@Timeout(60)
final class CrowdedUpstreamsTest extends TwoUpstreams {
    /** One call at a time, and nobody waits. */
    private static final ConcurrencyOptions ONE =
            new ConcurrencyOptions(ConcurrencyOptions.Mode.FIXED, 1, 0, Duration.ofMinutes(5));

    private final CountDownLatch released = new CountDownLatch(1);

    private static Config.Upstream limited(Upstream at, long requestsPerMinute) {
        return limited(at, new Rates(OptionalLong.of(requestsPerMinute), OptionalLong.empty()));
    }

    private static Config.Upstream limited(Upstream at, Rates rates) {
        return new Config.Upstream(
                at.url(), Config.Protocol.OPENAI, List.of("k"), 1, "", rates, Optional.empty());
    }

    private ConfigBuilder limitSecond(ConfigBuilder with, long requestsPerMinute) {
        var upstreams = new LinkedHashMap<>(upstreams(List.of("k"), true));
        upstreams.put("second", limited(second, requestsPerMinute));
        return with.upstreams(upstreams);
    }

    private static String to(String upstream, String question) {
        return Chat.ask(question).replace("\"m-1\"", "\"" + upstream + "/m-1\"");
    }

    /** With a full twin in the chain a call must not fare worse than without one. */
    @Test
    void aTwinThatIsFullDoesNotTakeTheRetryAway() throws Exception {
        first.script((call, reply) -> {
            if (asked("once") == 1) {
                reply.json(500, BROKEN);
            } else {
                reply.json(200, HERE);
            }
        });
        second.script((call, reply) -> {
            released.await();
            reply.json(200, HERE);
        });
        try (var gateway =
                both(with -> with.retries(retries(3, 10, Duration.ofMillis(1))).concurrency(ONE))) {
            var held = ask(gateway, to("second", "held"));
            second.await(1);
            Wire.Answer answer = ask(gateway, Chat.ask("once")).get();
            assertEquals(200, answer.status(), answer.text());
            assertEquals(2, asked("once"));
            released.countDown();
            assertEquals(200, held.get().status());
        }
        assertEquals(1, second.calls().size());
    }

    /** What the first said is clearer than that the second is busy. */
    @Test
    void whereNobodyElseHasRoomTheUpstreamsOwnErrorIsTheAnswer() throws Exception {
        first.script((call, reply) -> reply.json(500, BROKEN));
        second.script((call, reply) -> {
            released.await();
            reply.json(200, HERE);
        });
        try (var gateway = both(with -> with.retries(Gateways.NEVER_AGAIN).concurrency(ONE))) {
            var held = ask(gateway, to("second", "held"));
            second.await(1);
            Wire.Answer answer = ask(gateway, Chat.ask("fails")).get();
            assertEquals(500, answer.status(), answer.text());
            assertEquals(BROKEN, answer.text());
            released.countDown();
            assertEquals(200, held.get().status());
        }
    }

    @Test
    void whereAllAreFullTheSoonestTimeIsSaid() throws Exception {
        first.script((call, reply) -> {
            released.await();
            reply.json(200, HERE);
        });
        try (var gateway =
                both(with ->
                        limitSecond(with, 1)
                                .retries(Gateways.NEVER_AGAIN)
                                .concurrency(ONE)
                                .models(
                                        Map.of(
                                                "forth",
                                                ModelRoute.of("first/m-1", "second/m-1"),
                                                "back",
                                                ModelRoute.of("second/m-1", "first/m-1"))))) {
            assertEquals(200, ask(gateway, to("second", "the one of this minute")).get().status());
            var held = ask(gateway, to("first", "held"));
            first.await(1);
            Wire.Answer second = ask(gateway, to("second", "limited")).get();
            int limited = Integer.parseInt(second.head().header("retry-after").orElseThrow());
            assertTrue(limited > 30, "a request a minute is known to come late: " + limited);
            for (String route : List.of("forth", "back")) {
                Wire.Answer all = ask(gateway, Chat.ask("anybody").replace("m-1", route)).get();
                assertEquals(429, all.status(), all.text());
                int soonest = Integer.parseInt(all.head().header("retry-after").orElseThrow());
                assertTrue(soonest < 30, "the first may have room much sooner: " + soonest);
            }
            released.countDown();
            assertEquals(200, held.get().status());
        }
    }

    @Test
    void whatABreakerRefusesIsNotCountedAsAsked() throws Exception {
        first.script((call, reply) -> {
            if (call.text().contains("probe")) {
                released.await();
                reply.json(200, HERE);
            } else {
                reply.json(call.text().contains("fails") ? 500 : 200, BROKEN);
            }
        });
        var breaker =
                new BreakerOptions(true, Duration.ofMinutes(1), 1, 1, Duration.ofSeconds(3), 1);
        var upstreams = new LinkedHashMap<String, Config.Upstream>();
        upstreams.put("first", limited(first, 3));
        try (var gateway =
                alone(with ->
                        with.upstreams(upstreams).retries(Gateways.NEVER_AGAIN).breaker(breaker))) {
            assertEquals(500, ask(gateway, Chat.ask("fails")).get().status());
            var probe = ask(gateway, Chat.ask("probe"));
            while (first.calls().size() < 2) {
                if (probe.isDone()) {
                    probe = ask(gateway, Chat.ask("probe"));
                }
            }
            for (int i = 0; i < 5; i++) {
                Wire.Answer refused = ask(gateway, Chat.ask("refused " + i)).get();
                assertEquals(503, refused.status(), refused.text());
            }
            released.countDown();
            assertEquals(200, probe.get().status());
            assertEquals(200, ask(gateway, Chat.ask("the third")).get().status());
            assertEquals(429, ask(gateway, Chat.ask("the fourth")).get().status());
        }
    }

    /** The attempt that failed must not be in the way of the one that takes its place. */
    @Test
    void anotherKeyIsTriedWhereOneCallAtATimeMayRun() throws Exception {
        first.script((call, reply) -> {
            if (call.header("authorization").orElse("").endsWith("k-1")) {
                reply.begin("text/event-stream");
                reply.chunk("data: {\"error\":{\"code\":429,\"message\":\"too many\"}}\n\n");
                released.await();
                reply.end();
            } else {
                Chat.reply(call, reply);
            }
        });
        var keys = upstreams(List.of("k-1", "k-2"), false);
        try (var gateway =
                alone(with ->
                        with.upstreams(keys)
                                .retries(retries(3, 10, Duration.ofMillis(1)))
                                .concurrency(ONE))) {
            var answer = ask(gateway, Chat.stream("at once"));
            first.await(2);
            released.countDown();
            assertEquals(
                    String.join("", Chat.events(false, "stop", "A quiet", " answer.")),
                    answer.get().text());
        }
    }

    /**
     * What came to nothing was read all the same: its prompt counts, and what it never wrote not.
     */
    @Test
    void thePromptOfWhatWasSentAndFailedCounts() throws Exception {
        first.script((call, reply) -> reply.json(500, BROKEN));
        var tokens = new Rates(OptionalLong.empty(), OptionalLong.of(5_000));
        var upstreams = new LinkedHashMap<>(upstreams(List.of("k"), true));
        upstreams.put("first", limited(first, tokens));
        try (var gateway = both(with -> with.upstreams(upstreams).retries(Gateways.NEVER_AGAIN))) {
            for (int i = 0; i < 6; i++) {
                String prompt = i + "x".repeat(5_600);
                assertEquals(200, ask(gateway, Chat.ask(prompt)).get().status());
            }
        }
        // 1,400 and a few for each prompt, and 500 more to be let in.
        assertEquals(3, first.calls().size());
    }

    /** Its first round is 20 answers, of which some found every place taken: then it doubles. */
    @ParameterizedTest
    @CsvSource({"false, 16", "true, 8"})
    void wholeTimesMoveTheLimitOnlyWhereNothingStreams(boolean streams, int limit)
            throws Exception {
        var together = new CyclicBarrier(8);
        first.script((call, reply) -> {
            if (!call.text().contains("stream")) {
                together.await();
            }
            Chat.reply(call, reply);
        });
        var adaptive =
                new ConcurrencyOptions(
                        ConcurrencyOptions.Mode.ADAPTIVE, 100, 100, Duration.ofMinutes(5));
        try (var gateway = alone(with -> with.concurrency(adaptive))) {
            if (streams) {
                assertEquals(200, ask(gateway, Chat.stream("before")).get().status());
            }
            for (int round = 0; round < 3; round++) {
                var asked = new ArrayList<CompletableFuture<Wire.Answer>>();
                for (int i = 0; i < 8; i++) {
                    asked.add(ask(gateway, Chat.ask(round + " whole " + i)));
                }
                for (var each : asked) {
                    assertEquals(200, each.get().status());
                }
            }
            awaitMetric(gateway, "vivace_upstream_in_flight{upstream=\"first\"} 0");
            awaitMetric(gateway, "vivace_upstream_concurrency_limit{upstream=\"first\"} " + limit);
        }
    }

    @Test
    void whatNeverLeftIsNotCountedAsAsked() throws Exception {
        try (var gateway = both(with -> limitSecond(with, 2).retries(Gateways.NEVER_AGAIN))) {
            second.close();
            for (int i = 0; i < 5; i++) {
                assertEquals(502, ask(gateway, to("second", "nobody " + i)).get().status());
            }
        }
    }

    private long asked(String what) {
        return first.calls().stream().filter(call -> call.text().contains(what)).count();
    }
}
