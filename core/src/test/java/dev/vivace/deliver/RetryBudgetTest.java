package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whateverHappensRetriesStayWithinTheirShare(long seed) {
        var random = new Random(seed);
        var now = new AtomicLong(random.nextLong());
        long begin = now.get();
        double share = random.nextDouble();
        int floor = random.nextInt(5);
        var budget = new RetryBudget(share, floor, now::get);
        List<Long> calls = new ArrayList<>();
        List<Long> retries = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            now.addAndGet(random.nextLong(TimeUnit.MILLISECONDS.toNanos(400)));
            long second = TimeUnit.NANOSECONDS.toSeconds(now.get() - begin);
            if (random.nextBoolean()) {
                budget.called();
                calls.add(second);
                continue;
            }
            calls.removeIf(at -> at <= second - 60);
            retries.removeIf(at -> at <= second - 60);
            boolean allowed = budget.allows();
            assertEquals(allowed, budget.allows(), "looking takes none");
            assertEquals(allowed, budget.tryRetry());
            if (allowed) {
                retries.add(second);
                assertTrue(retries.size() <= Math.max(floor, share * calls.size()), "seed " + seed);
            } else {
                assertFalse(
                        retries.size() + 1 <= Math.max(floor, share * calls.size()),
                        "seed " + seed);
            }
        }
    }
}
