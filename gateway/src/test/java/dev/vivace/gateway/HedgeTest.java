package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ModelRoute;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.limit.Rates;
import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A second attempt beside one that is late, where it has to wait for its turn. */
@Timeout(60)
final class HedgeTest extends TwoUpstreams {
    private static final ConcurrencyOptions ONE_BY_ONE =
            new ConcurrencyOptions(ConcurrencyOptions.Mode.FIXED, 1, 10, Duration.ofMinutes(5));

    /** One attempt at each upstream, and so much beside it. */
    private static RetryOptions hedging(int floor) {
        return new RetryOptions(1, 0, floor, Duration.ofMillis(1), Duration.ZERO, true);
    }

    private final CountDownLatch released = new CountDownLatch(1);
    private final CountDownLatch lateEnds = new CountDownLatch(1);

    /** The first hangs for what is late, the second for what is held. */
    private void scripts(int lateStatus) {
        first.script((call, reply) -> {
            if (call.text().contains("late")) {
                lateEnds.await();
                reply.json(lateStatus, lateStatus == 200 ? HERE : BROKEN);
            } else {
                reply.json(200, HERE);
            }
        });
        second.script((call, reply) -> {
            if (call.text().contains("held")) {
                released.await();
            }
            reply.json(200, Chat.answer("there"));
        });
    }

    private void beQuick(Gateway gateway) throws Exception {
        for (int i = 0; i < 20; i++) {
            assertEquals(200, ask(gateway, Chat.ask("quick " + i)).get().status());
        }
    }

    private CompletableFuture<Wire.Answer> holdSecond(Gateway gateway) throws Exception {
        var held = ask(gateway, Chat.ask("held").replace("\"m-1\"", "\"second/m-1\""));
        second.await(1);
        return held;
    }

    private static String metric(String what, String upstream, int value) {
        return "vivace_upstream_" + what + "{upstream=\"" + upstream + "\"} " + value;
    }

    @Test
    void oneThatWaitsIsTheFallbackOfOneThatFails() throws Exception {
        scripts(500);
        try (var gateway = both(with -> with.retries(hedging(1)).concurrency(ONE_BY_ONE))) {
            beQuick(gateway);
            var held = holdSecond(gateway);
            var late = ask(gateway, Chat.ask("late"));
            awaitMetric(gateway, metric("queued", "second", 1));
            lateEnds.countDown();
            awaitMetric(gateway, metric("in_flight", "first", 0));
            released.countDown();
            assertEquals(200, held.get().status());
            assertEquals(200, late.get().status(), late.get().text());
            assertTrue(late.get().text().contains("there"), late.get().text());
            awaitMetric(gateway, metric("retries_last_minute", "second", 0));
        }
    }

    @Test
    void oneThatWaitedForNothingTookNothing() throws Exception {
        scripts(200);
        try (var gateway = both(with -> with.retries(hedging(1)).concurrency(ONE_BY_ONE))) {
            beQuick(gateway);
            var held = holdSecond(gateway);
            var late = ask(gateway, Chat.ask("late"));
            awaitMetric(gateway, metric("queued", "second", 1));
            lateEnds.countDown();
            assertEquals(HERE, late.get().text());
            awaitMetric(gateway, metric("queued", "second", 0));
            awaitMetric(gateway, metric("retries_last_minute", "second", 0));
            released.countDown();
            assertEquals(200, held.get().status());
            awaitMetric(gateway, metric("in_flight", "second", 0));
            assertEquals(1, second.calls().size());
        }
    }

    /**
     * The line before the first is no place to wait where the first has failed and another serves.
     */
    @Test
    void oneThatWaitsWhereNothingIsToBeHadIsGivenUp() throws Exception {
        scripts(500);
        var other = Map.of("m-1", ModelRoute.of("first/m-1", "second/m-2"));
        try (var gateway =
                both(with -> with.retries(hedging(1)).concurrency(ONE_BY_ONE).models(other))) {
            beQuick(gateway);
            var late = ask(gateway, Chat.ask("late"));
            awaitMetric(gateway, metric("queued", "first", 1));
            lateEnds.countDown();
            assertTrue(late.get().text().contains("there"), late.get().text());
            awaitMetric(gateway, metric("queued", "first", 0));
            awaitMetric(gateway, metric("retries_last_minute", "first", 0));
            assertEquals(200, ask(gateway, Chat.ask("the place is free")).get().status());
        }
    }

    /** Who refuses a call beside one that is at it may only be unable to do what that one can. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRefusalIsShownOnlyIfTheOtherBringsNothing(boolean answers) throws Exception {
        first.script((call, reply) -> {
            if (call.text().contains("late")) {
                lateEnds.await();
                if (!answers) {
                    reply.close();
                    return;
                }
            }
            reply.json(200, HERE);
        });
        second.script((call, reply) -> reply.json(400, "{\"error\":{\"message\":\"not here\"}}"));
        try (var gateway = both(with -> with.retries(hedging(1)))) {
            beQuick(gateway);
            var late = ask(gateway, Chat.ask("late"));
            second.await(1);
            awaitMetric(gateway, metric("in_flight", "second", 0));
            lateEnds.countDown();
            assertEquals(answers ? 200 : 400, late.get().status(), late.get().text());
            assertTrue(late.get().text().contains(answers ? "here" : "not here"));
            awaitMetric(gateway, metric("in_flight", "first", 0));
        }
    }

    /**
     * What is wrong with a request is wrong everywhere: nobody else is asked, nothing is repeated.
     */
    @Test
    void aRefusalIsShownWhenTheOtherFailsAndNobodyElseIsAsked() throws Exception {
        first.script((call, reply) -> {
            if (call.text().contains("late")) {
                lateEnds.await();
                reply.json(503, BROKEN);
            } else {
                reply.json(200, HERE);
            }
        });
        second.script((call, reply) -> {
            if (call.text().contains("another")) {
                reply.json(200, HERE);
            } else {
                reply.json(400, "{\"error\":{\"message\":\"not here\"}}");
            }
        });
        var route = ModelRoute.of("first/m-1", "second/m-1", "second/another");
        try (var gateway = both(with -> with.retries(hedging(3)).models(Map.of("m-1", route)))) {
            beQuick(gateway);
            int before = first.calls().size();
            var late = ask(gateway, Chat.ask("late"));
            second.await(1);
            awaitMetric(gateway, metric("in_flight", "second", 0));
            lateEnds.countDown();
            assertEquals(400, late.get().status(), late.get().text());
            assertTrue(late.get().text().contains("not here"), late.get().text());
            assertEquals(before + 1, first.calls().size(), "it is not asked again");
            assertEquals(1, second.calls().size(), "nor is the next of the chain");
        }
    }

    /** Where everything happens at once, places and budgets come out right all the same. */
    @Test
    void withSimulatorsThatFailNothingIsLeftBehind() throws Exception {
        var options =
                SimulatorOptions.defaults().withTimeScale(0.02).withFaults(Map.of("500", 0.2));
        try (var one = Simulator.start(options.withSeed(11));
                var two = Simulator.start(options.withSeed(12))) {
            var upstreams = new LinkedHashMap<String, Config.Upstream>();
            upstreams.put("first", upstream(one.address()));
            upstreams.put("second", upstream(two.address()));
            var few =
                    new ConcurrencyOptions(
                            ConcurrencyOptions.Mode.FIXED, 4, 1_000, Duration.ofMinutes(5));
            var retries =
                    new RetryOptions(
                            5, 1, 1_000, Duration.ofMillis(1), Duration.ofSeconds(10), true);
            try (var gateway =
                    both(with -> with.upstreams(upstreams).retries(retries).concurrency(few))) {
                var asked = new ArrayList<CompletableFuture<Wire.Answer>>();
                for (int i = 0; i < 300; i++) {
                    asked.add(ask(gateway, Chat.ask("busy " + i)));
                }
                int answered = 0;
                for (var each : asked) {
                    answered += each.get().status() == 200 ? 1 : 0;
                }
                assertEquals(300, answered, "with up to five attempts at each");
                for (String name : List.of("first", "second")) {
                    awaitMetric(gateway, metric("in_flight", name, 0));
                    awaitMetric(gateway, metric("queued", name, 0));
                }
                // Every place was given back: four at a time get through, and nobody waits for
                // ever.
                for (int i = 0; i < 20; i++) {
                    ask(gateway, Chat.ask("after " + i)).get();
                }
            }
        }
    }

    private static Config.Upstream upstream(URI simulator) {
        return new Config.Upstream(
                simulator.resolve("/v1"),
                Config.Protocol.OPENAI,
                List.of("k"),
                1,
                "",
                Rates.NONE,
                Optional.empty());
    }
}
