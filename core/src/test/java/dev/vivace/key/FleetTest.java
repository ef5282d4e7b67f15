package dev.vivace.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.replica.SharedTotals;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What replicas spend together, with a store that answers when the test says so. */
class FleetTest {
    private static final Purse TODAY = purse(OptionalDouble.of(10), OptionalDouble.empty());
    private static final Purse MONTH = purse(OptionalDouble.empty(), OptionalDouble.of(10));

    @TempDir private Path directory;
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicReference<Instant> now =
            new AtomicReference<>(Instant.parse("2026-11-21T12:00:00Z"));
    private final Store store = new Store();
    private final Spending spending = Spending.inMemory(now::get, nanos::get, Optional.of(store));

    private static Purse purse(OptionalDouble day, OptionalDouble month) {
        return Purse.ofKey("vk-1", new Budget(day, month));
    }

    /** One replica's view of a store, which has what the test says of the others. */
    private static final class Store implements SharedTotals {
        final Map<String, Long> others = new HashMap<>();
        final Map<String, Long> own = new HashMap<>();
        final List<List<Figure>> asked = new ArrayList<>();
        final List<Runnable> late = new ArrayList<>();
        final List<Keeper> keeper = new ArrayList<>();
        boolean up = true;
        boolean slow;

        /** Accounts that it does in time. */
        int most = Integer.MAX_VALUE;

        /** Figures in one round trip, since it does any number of them. */
        int largest;

        String name = "first";

        @Override
        public CompletionStage<Exchange> exchange(List<Figure> figures) {
            asked.add(figures);
            if (!up) {
                return CompletableFuture.failedFuture(new IllegalStateException("gone"));
            }
            if (figures.size() / 3 > most) {
                return CompletableFuture.failedFuture(new TimeoutException());
            }
            if (most == Integer.MAX_VALUE) {
                largest = Math.max(largest, figures.size());
            }
            var sums = new ArrayList<Sum>();
            for (Figure each : figures) {
                long before = own.getOrDefault(each.name(), 0L);
                long after = each.kind() == Kind.TOTAL ? Math.max(before, each.own()) : each.own();
                own.put(each.name(), after);
                sums.add(new Sum(after, others.getOrDefault(each.name(), 0L)));
            }
            var said = new Exchange(name, sums);
            if (!slow) {
                return CompletableFuture.completedFuture(said);
            }
            var answer = new CompletableFuture<Exchange>();
            late.add(() -> answer.complete(said));
            return answer;
        }

        @Override
        public boolean up() {
            return up;
        }

        @Override
        public void keep(Keeper of) {
            keeper.add(of);
        }

        void flush() {
            keeper.getFirst().flush().toCompletableFuture().join();
        }

        void others(String what, double usd) {
            others.put(what, Spending.nanos(usd));
        }

        int askedFor(String figure) {
            return (int)
                    asked.stream()
                            .flatMap(List::stream)
                            .filter(each -> each.name().equals(figure))
                            .count();
        }
    }

    private static final String DAY = "spent:k:vk-1:2026-11-21";
    private static final String NOVEMBER = "spent:k:vk-1:2026-11";
    private static final String HELD = "held:k:vk-1";

    private boolean lets(Purse purse, double usd) {
        spending.fresh(List.of(purse)).ifPresent(known -> known.toCompletableFuture().join());
        return spending.hold(List.of(purse), usd).isEmpty();
    }

    @Test
    void tellsWholeSumsAndWhatIsHeld() {
        spending.add("vk-1", "acme", 1);
        spending.add("vk-1", "acme", 2);
        assertTrue(lets(TODAY, 4));
        store.flush();
        assertEquals(3_000_000_000L, store.own.get(DAY));
        assertEquals(3_000_000_000L, store.own.get(NOVEMBER));
        assertEquals(4_000_000_000L, store.own.get(HELD));
        assertEquals(3_000_000_000L, store.own.get("spent:t:acme:2026-11"));
    }

    @Test
    void whatOthersSpentAndHoldLeavesLess() {
        store.others(DAY, 6);
        store.others(HELD, 3);
        assertFalse(lets(TODAY, 2));
        var full = spending.hold(List.of(TODAY), 2).orElseThrow();
        assertEquals(6, full.spent());
        assertEquals(3, full.held());
        assertTrue(lets(TODAY, 1));
    }

    @Test
    void aCallWaitsForWhatIsNotKnownOrOld() {
        store.slow = true;
        CompletionStage<?> first = spending.fresh(List.of(TODAY)).orElseThrow();
        CompletionStage<?> second = spending.fresh(List.of(TODAY)).orElseThrow();
        assertEquals(1, store.asked.size(), "both wait for one answer");
        assertFalse(first.toCompletableFuture().isDone());
        store.late.removeFirst().run();
        assertTrue(first.toCompletableFuture().isDone() && second.toCompletableFuture().isDone());
        nanos.addAndGet(Fleet.FRESH_NANOS);
        assertTrue(spending.fresh(List.of(TODAY)).isEmpty());
        nanos.addAndGet(1);
        assertTrue(spending.fresh(List.of(TODAY)).isPresent());
    }

    @Test
    void anotherDayIsNotKnown() {
        assertTrue(lets(TODAY, 0));
        store.others("spent:k:vk-1:2026-11-22", 10);
        now.set(Instant.parse("2026-11-22T00:00:00Z"));
        assertFalse(lets(TODAY, 1));
    }

    @Test
    void nobodyWaitsForAStoreThatIsGone() {
        store.up = false;
        assertTrue(spending.fresh(List.of(TODAY)).isEmpty());
        store.up = true;
        store.slow = true;
        CompletionStage<?> waiting = spending.fresh(List.of(TODAY)).orElseThrow();
        store.up = false;
        nanos.addAndGet(1);
        store.late.removeFirst().run();
        assertTrue(waiting.toCompletableFuture().isDone());
        store.up = true;
        store.slow = false;
        assertTrue(spending.fresh(List.of(TODAY)).isEmpty());
    }

    @Test
    void whenTheStoreIsGoneWhatWasKnownCounts() {
        store.others(NOVEMBER, 9);
        store.others(HELD, 1);
        assertFalse(lets(MONTH, 1));
        store.up = false;
        now.set(Instant.parse("2026-11-22T00:00:00Z"));
        assertFalse(lets(MONTH, 1), "the month goes on over midnight");
        nanos.addAndGet(60_000_000_000L);
        assertTrue(lets(MONTH, 1), "who held it may be no more");
        assertFalse(lets(MONTH, 1));
        now.set(Instant.parse("2026-12-01T00:00:00Z"));
        assertTrue(lets(MONTH, 8));
    }

    @Test
    void whatCouldNotBeToldIsToldLater() {
        store.up = false;
        spending.add("vk-1", "acme", 1);
        store.flush();
        assertTrue(store.own.isEmpty());
        store.up = true;
        store.flush();
        assertEquals(1_000_000_000L, store.own.get(DAY));
        store.flush(); // all once more, as it is a store that was not seen before
        int before = store.askedFor(DAY);
        store.flush();
        assertEquals(before, store.askedFor(DAY), "nothing new");
    }

    @Test
    void whatIsHeldIsToldAgainAndAgain() {
        assertTrue(lets(TODAY, 1));
        for (int i = 0; i < 3; i++) {
            int before = store.askedFor(HELD);
            store.flush();
            assertEquals(before + 1, store.askedFor(HELD));
        }
        spending.release(List.of(TODAY), 1);
        store.flush();
        assertEquals(0, store.own.get(HELD));
        int before = store.askedFor(HELD);
        store.flush();
        assertEquals(before, store.askedFor(HELD));
    }

    @Test
    void aStoreThatLostAllOrSomeIsToldAgain() {
        for (int i = 0; i < 250; i++) {
            spending.add("vk-" + i, "acme", 1);
        }
        store.flush();
        Map<String, Long> all = Map.copyOf(store.own);
        store.own.clear();
        store.name = "second";
        store.flush(); // finds it out
        store.flush();
        assertEquals(all, store.own);
        store.own.clear();
        nanos.addAndGet(Fleet.AGAIN_NANOS);
        store.flush();
        assertEquals(all, store.own);
    }

    @Test
    void aFileThatLostSomeIsToldByTheStore() {
        store.own.put(DAY, Spending.nanos(3));
        store.own.put(NOVEMBER, Spending.nanos(5));
        try (Spending filed =
                Spending.open(
                        directory, directory, now::get, nanos::get, Optional.of(store), 100)) {
            filed.fresh(List.of(TODAY)); // asked of the second keeper, answered by the same store
            assertEquals(new Spending.Spent(3, 5), filed.spent(TODAY));
        }
        try (Spending again =
                Spending.open(directory, directory, now::get, nanos::get, Optional.empty(), 100)) {
            assertEquals(new Spending.Spent(3, 5), again.spent(TODAY));
        }
    }

    /** And the replica that could tell it again is not there. */
    @Test
    void aStoreThatLostAllOpensNoBudget() {
        store.others(DAY, 9);
        store.others(NOVEMBER, 9);
        assertFalse(lets(TODAY, 2));
        store.others.clear();
        store.name = "second";
        nanos.addAndGet(Fleet.FRESH_NANOS + 1);
        assertFalse(lets(TODAY, 2));
        store.others(DAY, 3);
        nanos.addAndGet(Fleet.FRESH_NANOS + 1);
        assertFalse(lets(TODAY, 2), "the larger counts");
        now.set(Instant.parse("2026-11-22T00:00:00Z"));
        assertTrue(lets(TODAY, 2), "another day");
        assertFalse(lets(MONTH, 2), "of the same month");
        now.set(Instant.parse("2026-12-01T00:00:00Z"));
        assertTrue(lets(MONTH, 2));
    }

    @Test
    void anAnswerThatComesLateReplacesNoNewerOne() {
        store.slow = true;
        spending.fresh(List.of(TODAY));
        nanos.addAndGet(1);
        now.set(Instant.parse("2026-11-22T00:00:00Z"));
        store.slow = false;
        store.others("spent:k:vk-1:2026-11-22", 10);
        store.flush();
        store.up = false;
        store.late.removeFirst().run();
        assertFalse(lets(TODAY, 1));
    }

    /** It has what a file has lost, but of yesterday. */
    @Test
    void anAnswerThatComesAfterMidnightIsOfTheDayBefore() {
        store.own.put(DAY, Spending.nanos(8));
        store.own.put(NOVEMBER, Spending.nanos(8));
        store.slow = true;
        spending.fresh(List.of(TODAY));
        now.set(Instant.parse("2026-11-22T00:00:00Z"));
        spending.add("vk-1", "acme", 1);
        store.late.removeFirst().run();
        assertEquals(new Spending.Spent(1, 8), spending.spent(TODAY));
    }

    @Test
    void aStoreThatIsLateIsAskedForLess() {
        for (int i = 0; i < 250; i++) {
            spending.add("vk-" + i, "acme", 1);
        }
        store.most = 10;
        int all = 3 * 251; // of each key and of the tenant
        for (int i = 0; i < 250 && store.own.size() < all; i++) {
            store.flush();
        }
        assertEquals(all, store.own.size());
        store.most = Integer.MAX_VALUE;
        nanos.addAndGet(Fleet.AGAIN_NANOS);
        for (int i = 0; i < 100; i++) {
            store.flush();
            nanos.addAndGet(Fleet.AGAIN_NANOS);
        }
        assertEquals(Fleet.AT_ONCE, store.largest / 3);
    }

    /** Redis has lost it, and who told it is not there to tell it again. */
    @Test
    void whatOthersSpentIsKnownForAsLongAsItCounts() {
        store.others(DAY, 10);
        store.others(NOVEMBER, 10);
        assertFalse(lets(TODAY, 1));
        store.others.clear();
        for (int hours = 0; hours < 5; hours++) {
            nanos.addAndGet(Fleet.UNUSED_NANOS);
            store.flush();
        }
        assertFalse(lets(TODAY, 1));
    }

    @Test
    void tooMuchIsNotLessThanNothing() {
        store.others.put(DAY, Long.MAX_VALUE);
        spending.add("vk-1", "acme", 1);
        assertFalse(lets(TODAY, 1));
    }
}
