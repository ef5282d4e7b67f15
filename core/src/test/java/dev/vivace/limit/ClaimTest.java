package dev.vivace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** Several buckets at a time. */
class ClaimTest {
    private static final Claim KEY = new Claim("key", 10, 4);
    private static final Claim TENANT = new Claim("tenant", 6, 4);

    private final LocalBuckets local = new LocalBuckets(() -> 0);
    private final List<Runnable> answers = new ArrayList<>();
    private final RateBuckets elsewhere =
            new RateBuckets() {
                @Override
                public CompletionStage<Taken> take(String bucket, long perMinute, long amount) {
                    var answer = new CompletableFuture<Taken>();
                    answers.add(() ->
                            local.take(bucket, perMinute, amount).thenAccept(answer::complete));
                    return answer;
                }

                @Override
                public void settle(String bucket, long perMinute, long amount) {
                    local.settle(bucket, perMinute, amount);
                }
            };

    private static long left(Claim.Outcome outcome) {
        return assertInstanceOf(Taken.Granted.class, outcome.taken()).remaining();
    }

    private long left(Claim of) {
        long left = left(Claim.all(local, List.of(of.of(1))).toCompletableFuture().join()) + 1;
        of.of(1).putBack(local);
        return left;
    }

    /** So that a call waits once, and not once for each. */
    @Test
    void allAreAskedBeforeAnyHasAnswered() {
        for (boolean backwards : new boolean[] {false, true}) {
            var outcome = Claim.all(elsewhere, List.of(KEY, TENANT)).toCompletableFuture();
            assertEquals(2, answers.size());
            if (backwards) {
                Collections.reverse(answers);
            }
            answers.getFirst().run();
            assertFalse(outcome.isDone());
            answers.getLast().run();
            assertEquals(TENANT, outcome.join().decisive(), "which leaves least");
            assertEquals(2, left(outcome.join()));
            List.of(KEY, TENANT).forEach(claim -> claim.putBack(local));
            answers.clear();
        }
    }

    @Test
    void ofAllOrOfNone() {
        for (List<Claim> order : List.of(List.of(KEY, TENANT), List.of(TENANT, KEY))) {
            local.take("tenant", 6, 3);
            var outcome = Claim.all(elsewhere, order).toCompletableFuture();
            answers.forEach(Runnable::run);
            answers.clear();
            assertEquals(TENANT, outcome.join().decisive());
            assertInstanceOf(Taken.Short.class, outcome.join().taken());
            assertEquals(10, left(KEY), "it was put back");
            assertEquals(3, left(TENANT));
            local.settle("tenant", 6, 3);
        }
    }

    @Test
    void whereTheFirstRefusesAtOnceTheOthersAreNotAsked() {
        local.take("tenant", 6, 3);
        var asked = new ArrayList<String>();
        RateBuckets heard =
                new RateBuckets() {
                    @Override
                    public CompletionStage<Taken> take(String bucket, long perMinute, long amount) {
                        asked.add(bucket);
                        return local.take(bucket, perMinute, amount);
                    }

                    @Override
                    public void settle(String bucket, long perMinute, long amount) {
                        local.settle(bucket, perMinute, amount);
                    }
                };
        assertTrue(
                Claim.all(heard, List.of(TENANT, KEY)).toCompletableFuture().join().taken()
                        instanceof Taken.Short);
        assertEquals(List.of("tenant"), asked);
    }
}
