package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutcomesTest {
    private final AtomicLong now = new AtomicLong();
    private final Outcomes outcomes = new Outcomes(now::get);

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    @Test
    void aFailureIsToldAtOnceAndThenOnceAMinuteWithHowManyThereWere() {
        assertEquals(OptionalInt.of(0), outcomes.failed(Cause.SERVER_ERROR, "one"));
        assertEquals(OptionalInt.empty(), outcomes.failed(Cause.SERVER_ERROR, "two"));
        pass(Duration.ofSeconds(59));
        assertEquals(OptionalInt.empty(), outcomes.failed(Cause.TIMEOUT, "three"));
        pass(Duration.ofSeconds(1));
        assertEquals(OptionalInt.of(2), outcomes.failed(Cause.SERVER_ERROR, "four"));
        pass(Duration.ofHours(1));
        assertEquals(OptionalInt.of(0), outcomes.failed(Cause.SERVER_ERROR, "five"));
    }

    @Test
    void aRowOfFailuresEndsWithACallThatWentWell() {
        outcomes.failed(Cause.BROKEN, "one");
        outcomes.failed(Cause.TIMEOUT, "two");
        outcomes.abandoned();
        pass(Duration.ofSeconds(5));
        var seen = outcomes.snapshot();
        assertEquals(2, seen.failedInARow(), "who gives up says nothing of the upstream");
        assertEquals(
                Optional.of(new Outcomes.Failed(Cause.TIMEOUT, "two", Duration.ofSeconds(5))),
                seen.lastFailure());
        assertEquals(OptionalInt.of(2), outcomes.ended(Cause.REFUSED), "they were told of");
        assertEquals(OptionalInt.empty(), outcomes.ended(Cause.NONE), "once");
        seen = outcomes.snapshot();
        assertEquals(0, seen.failedInARow());
        assertTrue(seen.lastFailure().isPresent(), "it is still the last");
        assertEquals(1, seen.abandoned());
        assertEquals(1, seen.ends().get(Cause.REFUSED));
        assertEquals(1, seen.ends().get(Cause.BROKEN), "each by its cause");
        assertEquals(0, seen.ends().get(Cause.TOO_LONG), "those of zero too");
    }

    @Test
    void whatAClientIsRefusedForEndsNoRow() {
        outcomes.failed(Cause.BROKEN, "one");
        outcomes.ended(Cause.REFUSED_KEY);
        outcomes.ended(Cause.FORBIDDEN);
        outcomes.ended(Cause.RATE_LIMITED);
        assertEquals(1, outcomes.snapshot().failedInARow());
        outcomes.ended(Cause.NONE);
        assertEquals(0, outcomes.snapshot().failedInARow());
    }

    @Test
    void failuresThatAreFarApartAreNoRow() {
        for (int i = 0; i < 5; i++) {
            outcomes.failed(Cause.TIMEOUT, "again");
            pass(Outcomes.RECENTLY.plusSeconds(1));
        }
        assertEquals(1, outcomes.snapshot().failedInARow());
        outcomes.failed(Cause.TIMEOUT, "again");
        pass(Outcomes.RECENTLY.minusSeconds(1));
        outcomes.failed(Cause.TIMEOUT, "again");
        assertEquals(2, outcomes.snapshot().failedInARow());
    }

    @Test
    void halfOfTheCallsIsAProblemThoughNeverThreeInARow() {
        for (int i = 0; i < 4; i++) {
            assertEquals(Optional.empty(), outcomes.snapshot().problem());
            outcomes.ended(Cause.NONE);
            outcomes.failed(i < 3 ? Cause.SERVER_ERROR : Cause.BROKEN, "down");
            if (i < 2) {
                continue;
            }
            assertEquals(
                    Optional.of(
                            "failed %d of %d times in ten minutes; last 0 s ago: down"
                                    .formatted(i + 1, 2 * i + 2)),
                    outcomes.snapshot().problem());
            for (int good = 0; good < 10; good++) {
                outcomes.ended(Cause.NONE);
            }
            break;
        }
        assertEquals(Optional.empty(), outcomes.snapshot().problem());
    }

    @Test
    void clientsThatLeaveWithoutAnAnswerCountAgainstIt() {
        outcomes.abandoned();
        for (int i = 0; i < 3; i++) {
            outcomes.unanswered("nothing came");
        }
        assertEquals(
                Optional.of("failed 3 times in a row; last 0 s ago: nothing came"),
                outcomes.snapshot().problem());
        assertEquals(4, outcomes.snapshot().abandoned());
    }

    @Test
    void noneIsLostAndOneTellsWhereManyFailAtOnce() {
        int threads = 8;
        int each = 10_000;
        var told = new AtomicLong();
        var others = new AtomicLong();
        try (var all = Executors.newFixedThreadPool(threads)) {
            for (int i = 0; i < threads; i++) {
                all.execute(() -> {
                    for (int call = 0; call < each; call++) {
                        outcomes.failed(Cause.SERVER_ERROR, "down")
                                .ifPresent(more -> {
                                    told.incrementAndGet();
                                    others.addAndGet(more);
                                });
                        outcomes.abandoned();
                    }
                });
            }
        }
        assertEquals(threads * each, outcomes.snapshot().ends().get(Cause.SERVER_ERROR));
        assertEquals(threads * each, outcomes.snapshot().abandoned());
        assertEquals(1, told.get());
        pass(Duration.ofMinutes(1));
        long later = outcomes.failed(Cause.SERVER_ERROR, "down").orElseThrow();
        assertEquals(threads * each, told.get() + others.get() + later);
    }
}
