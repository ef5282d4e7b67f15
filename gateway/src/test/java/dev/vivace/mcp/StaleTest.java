package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StaleTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final Stale stale = new Stale();

    @Test
    void isDueAtOnceAndThenOnceASecond() {
        long now = -5;
        assertEquals(Long.MAX_VALUE, stale.untilDue(now));
        stale.add(Kind.TOOLS);
        stale.add(Kind.TOOLS);
        assertEquals(0, stale.untilDue(now));
        assertEquals(Optional.of(Kind.TOOLS), stale.take(now));
        assertEquals(Optional.empty(), stale.take(now));
        stale.add(Kind.TOOLS);
        assertEquals(Optional.empty(), stale.take(now + SECOND - 1));
        assertEquals(1, stale.untilDue(now + SECOND - 1));
        stale.add(Kind.PROMPTS);
        assertEquals(Optional.of(Kind.PROMPTS), stale.take(now + 1), "each for itself");
        assertEquals(Optional.of(Kind.TOOLS), stale.take(now + SECOND));
    }

    @Test
    void whatCouldNotBeFetchedComesAgainLater() {
        stale.add(Kind.TOOLS);
        assertEquals(Optional.of(Kind.TOOLS), stale.take(0));
        stale.later(Kind.TOOLS, 7);
        assertEquals(Stale.AFTER_FAILURE.toNanos(), stale.untilDue(7));
        assertEquals(Optional.of(Kind.TOOLS), stale.take(7 + Stale.AFTER_FAILURE.toNanos()));
    }
}
