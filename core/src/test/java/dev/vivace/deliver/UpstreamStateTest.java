package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UpstreamStateTest {
    private static final BreakerOptions FIVE =
            new BreakerOptions(true, Duration.ofSeconds(10), 5, 0.5, Duration.ofMillis(2_500), 1);

    private final AtomicLong now = new AtomicLong();

    private UpstreamState upstream(int keys) {
        return new UpstreamState(
                "main",
                1,
                "",
                keys,
                RetryOptions.DEFAULT,
                FIVE,
                ConcurrencyOptions.DEFAULT,
                now::get);
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    private static void call(UpstreamState upstream, Cause cause) {
        upstream.began();
        if (cause.failsUpstream() || cause.aboutKey() || cause == Cause.RATE_LIMITED) {
            upstream.failed(cause, "It said " + cause + ".");
        } else {
            upstream.ended(cause);
        }
    }

    private static List<String> said(Runnable action) {
        var said = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            action.run();
        } finally {
            System.setErr(before);
        }
        return said.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void aFewFailuresInARowAreAProblemUntilACallGoesWellOrTheyAreLongAgo() {
        UpstreamState upstream = upstream(1);
        call(upstream, Cause.TIMEOUT);
        call(upstream, Cause.SERVER_ERROR);
        assertEquals(Optional.empty(), upstream.snapshot().problem());
        call(upstream, Cause.SERVER_ERROR);
        pass(Duration.ofSeconds(7));
        assertEquals(
                Optional.of("failed 3 times in a row; last 7 s ago: It said SERVER_ERROR."),
                upstream.snapshot().problem());
        pass(Duration.ofMinutes(10));
        assertEquals(Optional.empty(), upstream.snapshot().problem(), "who knows?");
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 3; i++) {
            assertEquals(Optional.empty(), upstream.snapshot().problem(), "a row of its own");
            call(upstream, Cause.SERVER_ERROR);
        }
        assertTrue(upstream.snapshot().problem().isPresent());
        call(upstream, Cause.REFUSED);
        assertEquals(
                Optional.of(
                        "failed 3 of 4 times in ten minutes; last 0 s ago: It said SERVER_ERROR."),
                upstream.snapshot().problem());
        for (int i = 0; i < 4; i++) {
            call(upstream, Cause.NONE);
        }
        assertEquals(Optional.empty(), upstream.snapshot().problem());
        assertEquals(0, upstream.inFlight());
    }

    @Test
    void failuresAreSaidOnceAMinute() {
        UpstreamState ours = upstream(1);
        List<String> lines =
                said(() -> {
                    for (int i = 0; i < 5; i++) {
                        call(ours, Cause.REFUSED_KEY);
                    }
                });
        assertEquals(1, lines.size(), "" + lines);
        assertTrue(
                lines.getFirst().endsWith("An attempt failed: It said REFUSED_KEY."), "" + lines);
        assertTrue(ours.snapshot().problem().isPresent());
        pass(Duration.ofMinutes(1));
        lines = said(() -> call(ours, Cause.RATE_LIMITED));
        assertTrue(
                lines.getFirst()
                        .endsWith(
                                "An attempt failed, and 4 more since the last line about it: It said RATE_LIMITED."),
                "" + lines);
    }

    @Test
    void thatItIsLeftAloneIsSaidOnceAndThatItWorksAgainToo() {
        UpstreamState upstream = upstream(1);
        Breaker breaker = upstream.breaker();
        List<String> lines =
                said(() -> {
                    breaker.succeeded(breaker.tryEnter());
                    for (int i = 0; i < 4; i++) {
                        breaker.failed(breaker.tryEnter());
                    }
                });
        assertEquals(1, lines.size(), "" + lines);
        assertTrue(
                lines.getFirst()
                        .endsWith(
                                "The upstream main is left alone for 2.5 s: 4 of its last 5 calls failed"),
                "" + lines);
        pass(Duration.ofSeconds(3));
        assertEquals(
                List.of(), said(() -> breaker.failed(breaker.tryEnter())), "nothing has changed");
        pass(Duration.ofSeconds(3));
        lines = said(() -> breaker.succeeded(breaker.tryEnter()));
        assertEquals(1, lines.size(), "" + lines);
        assertTrue(
                lines.getFirst().endsWith("The upstream main works again and gets all its calls."),
                "" + lines);
    }

    @Test
    void whichKeyIsLeftAloneIsSaid() {
        Breaker second = upstream(2).breaker(1);
        List<String> lines =
                said(() -> {
                    for (int i = 0; i < 5; i++) {
                        second.failed(second.tryEnter());
                    }
                });
        assertTrue(
                lines.getFirst().contains("Key 2 of the upstream main is left alone"), "" + lines);
    }
}
