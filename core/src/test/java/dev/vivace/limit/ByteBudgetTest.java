package dev.vivace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteBudgetTest {
    @Test
    void theOldestComesFirstHoweverLargeItIs() {
        var budget = new ByteBudget(100);
        List<Integer> granted = new ArrayList<>();
        assertTrue(budget.tryReserve(60));
        budget.reserve(80, () -> granted.add(80));
        budget.reserve(10, () -> granted.add(10));
        budget.reserve(30, () -> granted.add(30));
        assertEquals(List.of(), granted);
        assertFalse(budget.tryReserve(1), "nobody overtakes the line");
        budget.release(60);
        assertEquals(List.of(80, 10), granted);
        assertEquals(90, budget.held());
        budget.release(80);
        assertEquals(List.of(80, 10, 30), granted);
        budget.release(10);
        budget.release(30);
        assertEquals(0, budget.held());
        assertTrue(budget.tryReserve(100));
    }

    @Test
    void moreThanAllNeverFits() {
        var budget = new ByteBudget(100);
        assertFalse(budget.tryReserve(101));
        assertThrows(IllegalArgumentException.class, () -> budget.reserve(101, () -> {}));
        assertEquals(0, budget.held());
        assertEquals(0, budget.waiting());
    }

    @Test
    void whoLeavesTheLineLetsThoseBehindIn() {
        var budget = new ByteBudget(100);
        List<String> granted = new ArrayList<>();
        assertTrue(budget.tryReserve(60));
        var large = budget.reserve(80, () -> granted.add("large")).orElseThrow();
        var small = budget.reserve(10, () -> granted.add("small")).orElseThrow();
        assertEquals(2, budget.waiting());
        assertTrue(large.leave());
        assertEquals(List.of("small"), granted);
        assertEquals(0, budget.waiting());
        assertEquals(70, budget.held());
        assertFalse(large.leave(), "once");
        assertFalse(small.leave(), "its turn had come");
        budget.release(70);
        assertEquals(List.of("small"), granted, "who left gets nothing");
        assertEquals(0, budget.held());
    }

    @Test
    void theLineHasAnEnd() {
        var budget = new ByteBudget(10, 2);
        assertTrue(budget.tryReserve(10));
        var first = budget.reserve(1, () -> {}).orElseThrow();
        assertTrue(budget.reserve(1, () -> {}).isPresent());
        assertTrue(budget.reserve(1, () -> assertEquals("", "refused and yet granted")).isEmpty());
        assertTrue(first.leave());
        assertTrue(budget.reserve(1, () -> {}).isPresent());
        budget.release(10);
        assertEquals(2, budget.held());
    }

    @Test
    void whoHoldsSomeComesFirst() {
        var budget = new ByteBudget(100);
        List<String> said = new ArrayList<>();
        assertTrue(budget.tryReserve(60));
        assertTrue(budget.tryReserve(30));
        budget.reserve(20, () -> said.add("new"));
        assertTrue(budget.tryReserve(10, 30), "whoever holds some need not stand behind the new");
        budget.reserve(20, 40, () -> said.add("begun"), () -> said.add("hopeless"));
        budget.release(20);
        assertEquals(List.of("begun"), said);
        budget.release(40);
        assertEquals(List.of("begun", "new"), said);
        assertEquals(80, budget.held());
    }

    @Test
    void thoseWhoHoldDoNotWaitForEachOther() {
        var budget = new ByteBudget(100);
        List<String> said = new ArrayList<>();
        for (int each : new int[] {20, 40, 30, 10}) {
            assertTrue(budget.tryReserve(each));
        }
        wait(budget, 20, said, "a");
        wait(budget, 40, said, "b");
        assertEquals(List.of(), said, "the others may yet release");
        wait(budget, 30, said, "c");
        assertEquals(List.of("c gives up"), said);
        wait(budget, 10, said, "d");
        assertEquals(List.of("c gives up"), said, "c is going to release");
        budget.release(30);
        assertEquals(List.of("c gives up", "a goes on"), said);
        budget.release(40);
        // b needs 40 beside its own 40 and d's 10.
        assertEquals(List.of("c gives up", "a goes on", "b goes on", "d goes on"), said);
        budget.release(100);
        assertEquals(0, budget.held());
        assertEquals(0, budget.waiting());
    }

    /** When the first has gone, the next may need more than that one did. */
    @Test
    void whoLeavesMayLeaveOthersWithoutHope() {
        var budget = new ByteBudget(150);
        List<String> said = new ArrayList<>();
        for (int each : new int[] {10, 60, 50, 30}) {
            assertTrue(budget.tryReserve(each));
        }
        ByteBudget.Place first = wait(budget, 10, said, "a");
        wait(budget, 60, said, "b");
        wait(budget, 50, said, "c");
        assertEquals(List.of(), said);
        assertTrue(first.leave());
        budget.release(10);
        assertEquals(List.of("c gives up"), said);
        budget.release(50);
        assertEquals(List.of("c gives up", "b goes on"), said);
    }

    @Test
    void whatWaitsForSomethingElseIsNotCountedOn() {
        var budget = new ByteBudget(100);
        List<String> said = new ArrayList<>();
        for (int each : new int[] {50, 20, 30}) {
            assertTrue(budget.tryReserve(each));
        }
        wait(budget, 20, said, "a");
        wait(budget, 30, said, "b");
        assertEquals(List.of(), said, "who has the 50 may yet release them");
        budget.park(50);
        assertEquals(List.of("b gives up"), said);
        budget.unpark(50);
        budget.release(30);
        assertEquals(List.of("b gives up", "a goes on"), said);
        budget.release(90);
        assertEquals(0, budget.held());
    }

    /** Who is new may be what somebody waits for elsewhere, and then must not wait for it here. */
    @Test
    void whoHoldsOnlyElsewhereGivesUpAndWhoHoldsNothingWaits() {
        var budget = new ByteBudget(100);
        List<String> said = new ArrayList<>();
        assertTrue(budget.tryReserve(100));
        budget.reserve(10, () -> said.add("small"));
        budget.reserve(10, 0, () -> said.add("begun"), () -> said.add("begun gives up"));
        budget.reserve(10, () -> said.add("another"));
        budget.park(90);
        assertEquals(List.of(), said);
        budget.park(1);
        assertEquals(List.of("begun gives up"), said);
        budget.unpark(91);
        budget.release(100);
        assertEquals(List.of("begun gives up", "small", "another"), said);
    }

    private static ByteBudget.Place wait(
            ByteBudget budget, int own, List<String> said, String name) {
        return budget.reserve(
                        own,
                        own,
                        () -> said.add(name + " goes on"),
                        () -> said.add(name + " gives up"))
                .orElseThrow();
    }

    @Test
    void aLineOfThoseWhoReleaseAtOnceDoesNotRecurse() {
        var budget = new ByteBudget(10, 100_000);
        var granted = new AtomicInteger();
        assertTrue(budget.tryReserve(10));
        for (int i = 0; i < 100_000; i++) {
            budget.reserve(
                    10,
                    () -> {
                        granted.incrementAndGet();
                        budget.release(10);
                    });
        }
        budget.release(10);
        assertEquals(100_000, granted.get());
        assertEquals(0, budget.held());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theBoundHoldsAndNobodyIsForgotten(boolean virtual) throws Exception {
        long max = 1_000;
        int threads = 8;
        int each = 5_000;
        var budget = new ByteBudget(max, threads * each);
        var really = new AtomicLong();
        var most = new AtomicLong();
        var done = new CountDownLatch(threads * each);
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            var random = new Random(t);
            Runnable work =
                    () -> {
                        for (int i = 0; i < each; i++) {
                            long bytes = random.nextInt((int) max + 1);
                            Runnable granted =
                                    () -> {
                                        most.accumulateAndGet(really.addAndGet(bytes), Math::max);
                                        Thread.yield();
                                        really.addAndGet(-bytes);
                                        budget.release(bytes);
                                        done.countDown();
                                    };
                            if (i % 3 == 0 && budget.tryReserve(bytes)) {
                                granted.run();
                            } else {
                                budget.reserve(bytes, granted);
                            }
                        }
                    };
            all.add(virtual ? Thread.startVirtualThread(work) : Thread.ofPlatform().start(work));
        }
        for (Thread thread : all) {
            thread.join();
        }
        done.await();
        assertEquals(0, budget.held());
        assertTrue(most.get() <= max && most.get() > max / 2, "most: " + most);
    }
}
