package dev.vivace.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.ledger.Prices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RunnerTest {
    private static Call call(int number, int lane, Optional<Duration> patience) {
        var body =
                "{\"lane\":%d,\"number\":%d,\"messages\":[]}"
                        .formatted(lane, number)
                        .getBytes(StandardCharsets.UTF_8);
        return new Call(number, "/chat/completions", "m", () -> body, Optional.empty(), patience);
    }

    private static List<Lane> lanes(int lanes, int calls) {
        return IntStream.range(0, lanes)
                .mapToObj(l ->
                        new Lane(
                                "lane " + l,
                                IntStream.range(0, calls)
                                        .mapToObj(c ->
                                                List.of(call(l * calls + c, l, Optional.empty())))
                                        .toList()))
                .toList();
    }

    /** Answers none before as many have come as the latch counts. */
    private static FakeModel untilAllHaveCome(CountDownLatch latch) throws IOException {
        return new FakeModel(body -> {
            latch.countDown();
            await(latch);
            return FakeModel.echo(body);
        });
    }

    private static Endpoint endpoint(FakeModel model) {
        return new Endpoint(model.url(), Optional.empty(), Duration.ofSeconds(30));
    }

    @Test
    void closedLoopKeepsOrderWithinALaneAndItsBound() throws Exception {
        var three = new CountDownLatch(3);
        try (var model = untilAllHaveCome(three);
                var endpoint = endpoint(model)) {
            var done = new AtomicInteger();
            new Runner(
                            endpoint,
                            new Tally(Prices.builtIn()),
                            new Answers(20),
                            done::incrementAndGet)
                    .closed(lanes(5, 4), 3);
            assertEquals(20, done.get());
            assertEquals(3, model.mostUnderWay.get());
            for (var l = 0; l < 5; l++) {
                var lane = l;
                assertEquals(
                        IntStream.range(l * 4, l * 4 + 4).boxed().toList(),
                        model.requests.stream()
                                .filter(r -> r.body().path("lane").intValue() == lane)
                                .map(r -> r.body().path("number").intValue())
                                .toList());
            }
        }
    }

    /** No call is answered before all of them have started. */
    @Test
    void openLoopDoesNotWaitForAnswers() throws Exception {
        var all = new CountDownLatch(20);
        try (var model = untilAllHaveCome(all);
                var endpoint = endpoint(model)) {
            var answers = new Answers(20);
            new Runner(endpoint, new Tally(Prices.builtIn()), answers, () -> {})
                    .open(lanes(5, 4), 1000, 2);
            assertEquals(0, all.getCount());
            assertEquals(20, answers.equal(answers));
        }
    }

    /** The calls of one step are under way together: none is answered before all have come. */
    @Test
    void theCallsOfAStepStartTogether() throws Exception {
        var all = new CountDownLatch(5);
        try (var model = untilAllHaveCome(all);
                var endpoint = endpoint(model)) {
            var step = IntStream.range(0, 5).mapToObj(i -> call(i, 0, Optional.empty())).toList();
            var answers = new Answers(5);
            new Runner(endpoint, new Tally(Prices.builtIn()), answers, () -> {})
                    .closed(List.of(new Lane("crew", List.of(step))), 1);
            assertEquals(5, answers.equal(answers));
        }
    }

    /** Nothing is answered before the agent has given up. */
    @Test
    void lostPatienceAsksAgainOnce() throws Exception {
        var tally = new Tally(Prices.builtIn());
        try (var model =
                        new FakeModel(body -> {
                            while (tally.side("", 1).gaveUp() == 0) {
                                Thread.onSpinWait();
                            }
                            return FakeModel.echo(body);
                        });
                var endpoint = endpoint(model)) {
            var impatient = call(0, 0, Optional.of(Duration.ofMillis(50)));
            new Runner(endpoint, tally, new Answers(1), () -> {})
                    .closed(List.of(new Lane("impatient", List.of(List.of(impatient)))), 1);
            var side = tally.side("", 1);
            assertEquals(1, side.gaveUp());
            assertEquals(0, side.errors());
            assertEquals(2, side.upstreamCalls());
        }
    }

    @Test
    void lanesTakeTurnsInAnOpenLoop() {
        var turns = Turns.of(lanes(3, 2), 2).stream().map(t -> t.call().number()).toList();
        assertEquals(List.of(0, 2, 1, 3, 4, 5), turns);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertTrue(latch.await(30, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
