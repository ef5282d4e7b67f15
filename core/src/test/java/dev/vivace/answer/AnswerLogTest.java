package dev.vivace.answer;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.answer.AnswerLog.Reader;
import dev.vivace.answer.AnswerLog.State;
import dev.vivace.limit.ByteBudget;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerLogTest {
    private static final Head HEAD = new Head(200, List.of());
    private static final Failure FAILURE = new Failure(Failure.Kind.BROKEN, "broke off");

    private static Reader reader(AnswerLog log) {
        return log.read(() -> {}).orElseThrow();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    @Test
    void everyReaderHasItsOwnPlace() {
        var log = new AnswerLog(1_000);
        Reader first = reader(log);
        log.head(HEAD);
        log.append(bytes("a"));
        assertArrayEquals(bytes("a"), first.next());
        assertNull(first.next());
        log.append(bytes("b"));
        log.append(bytes("c"));
        Reader late = reader(log);
        assertArrayEquals(bytes("bc"), first.next());
        assertArrayEquals(bytes("abc"), late.next());
        log.complete();
        assertNull(first.next());
        assertEquals(State.COMPLETE, log.state());
        assertSame(HEAD, log.head().orElseThrow());
    }

    @Test
    void aReaderThatWasThereAtTheEndReadsItAllAfterwards() {
        var log = new AnswerLog(1_000);
        Reader first = reader(log);
        Reader second = reader(log);
        log.append(bytes("all"));
        log.complete();
        assertArrayEquals(bytes("all"), first.next());
        Reader after = reader(log);
        assertArrayEquals(bytes("all"), second.next());
        assertArrayEquals(bytes("all"), after.next());
        assertEquals(0, log.retained());
        assertTrue(log.read(() -> {}).isEmpty(), "forgotten");
    }

    @Test
    void theLastToLeaveAbandonsOnceAndTheWriterIsToldAfterTheSettlement() {
        var events = new ArrayList<String>();
        var log = new AnswerLog(1_000);
        log.onEnd(ended -> events.add("settled " + ended.abandoned() + " " + ended.ending()));
        log.onAbandoned(() -> events.add("cancelled"));
        Reader first = reader(log);
        Reader second = reader(log);
        log.append(bytes("a"));
        first.close();
        first.close();
        assertEquals(List.of(), events);
        second.close();
        second.close();
        log.complete();
        log.fail(FAILURE);
        log.append(bytes("b"));
        assertEquals(List.of("settled true OPEN", "cancelled"), events);
        assertTrue(log.read(() -> {}).isEmpty());
        assertEquals(1, log.written());
        log.onAbandoned(() -> events.add("late"));
        assertEquals("late", events.getLast());
    }

    /** A writer that comes in between is told, and once. */
    @Test
    void aWriterThatComesWhileTheLastLeavesIsToldOnce() {
        var cancels = new AtomicInteger();
        var log = new AnswerLog(1_000);
        log.onEnd(ended -> log.onAbandoned(cancels::incrementAndGet));
        reader(log).close();
        assertEquals(1, cancels.get());
    }

    @Test
    void leavingAfterTheEndAbandonsNothing() {
        var log = new AnswerLog(1_000);
        log.onAbandoned(() -> assertEquals("", "abandoned"));
        Reader reader = reader(log);
        log.fail(FAILURE);
        reader.close();
        assertFalse(log.abandoned());
        assertSame(FAILURE, log.failure().orElseThrow());
    }

    @Test
    void itIsSettledBeforeAnybodySeesTheEnd() {
        var events = new ArrayList<String>();
        var log = new AnswerLog(1_000);
        Reader reader = log.read(() -> events.add("woken " + log.state())).orElseThrow();
        log.onEnd(ended -> {
            events.add("settled " + ended.state() + " " + ended.ending());
            assertArrayEquals(bytes("ab"), ended.body().orElseThrow());
        });
        log.append(bytes("a"));
        log.append(bytes("b"));
        reader.next();
        log.complete();
        assertEquals(
                List.of("woken OPEN", "woken OPEN", "settled OPEN COMPLETE", "woken COMPLETE"),
                events);
    }

    /** Whoever reads is not left waiting because whoever settles failed. */
    @Test
    void aSettlementThatFailsHidesNoEnd() {
        var woken = new AtomicInteger();
        var log = new AnswerLog(1_000);
        var reader = log.read(woken::incrementAndGet).orElseThrow();
        log.onEnd(ended -> {
            throw new IllegalStateException("no");
        });
        assertThrows(IllegalStateException.class, log::complete);
        assertEquals(State.COMPLETE, log.state());
        assertEquals(1, woken.get());
        reader.close();

        var cancelled = new AtomicInteger();
        var other = new AnswerLog(1_000);
        other.onEnd(ended -> {
            throw new IllegalStateException("no");
        });
        other.onAbandoned(cancelled::incrementAndGet);
        assertThrows(IllegalStateException.class, reader(other)::close);
        assertEquals(1, cancelled.get());
    }

    @Test
    void ofManyEndsAtOnceOneCounts() throws Exception {
        for (int round = 0; round < 1_000; round++) {
            var ends = new AtomicInteger();
            var cancels = new AtomicInteger();
            var log = new AnswerLog(1_000);
            Reader reader = reader(log);
            log.onEnd(ended -> {
                ends.incrementAndGet();
                Thread.yield();
            });
            var barrier = new CyclicBarrier(4);
            List<Thread> threads =
                    together(
                            barrier,
                            log::complete,
                            () -> log.fail(FAILURE),
                            reader::close,
                            () -> log.onAbandoned(cancels::incrementAndGet));
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(1, ends.get());
            assertEquals(log.abandoned() ? 1 : 0, cancels.get());
            assertEquals(log.abandoned(), log.state() == State.OPEN);
        }
    }

    private static List<Thread> together(CyclicBarrier barrier, Runnable... tasks) {
        List<Thread> threads = new ArrayList<>();
        for (Runnable task : tasks) {
            threads.add(
                    Thread.startVirtualThread(() -> {
                        try {
                            barrier.await();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                        task.run();
                    }));
        }
        return threads;
    }

    @Test
    void theWriterIsHeldBackWhileEvenTheFastestIsBehind() {
        var drained = new AtomicInteger();
        var log = new AnswerLog(Long.MAX_VALUE);
        log.onDrain(drained::incrementAndGet);
        Reader fast = reader(log);
        Reader slow = reader(log);
        log.append(new byte[(int) AnswerLog.WINDOW]);
        assertFalse(log.full());
        log.append(new byte[1]);
        assertTrue(log.full());
        fast.next();
        assertEquals(1, drained.get());
        assertFalse(log.full(), "one slow reader holds nobody back, yet");
        for (long i = log.written(); i <= AnswerLog.LAG; i += 1 << 20) {
            log.append(new byte[1 << 20]);
            fast.next();
        }
        assertTrue(log.full());
        slow.close();
        assertEquals(2, drained.get());
        assertFalse(log.full());
        fast.close();
        assertEquals(2, drained.get(), "nobody to go on for");
    }

    private static final int LIMIT = 10_000;
    private static final int FREE = (int) Account.FREE;

    @Test
    void aShortAnswerDoesNotTouchTheBudget() {
        var none = new ByteBudget(0);
        var log = new AnswerLog(1 << 20, none);
        Reader reader = reader(log);
        log.append(new byte[FREE]);
        assertFalse(log.full());
        assertFalse(log.crowded());
        log.complete();
        assertEquals(FREE, Objects.requireNonNull(reader.next()).length);
    }

    @Test
    void whatIsRetainedIsTakenFromTheBudgetAndGivenBack() {
        var budget = new ByteBudget(1 << 20);
        var log = new AnswerLog(1 << 20, budget);
        Reader reader = reader(log);
        Reader slow = reader(log);
        log.append(new byte[FREE]);
        assertEquals(0, budget.held());
        log.append(new byte[300_000]);
        assertTrue(budget.held() >= 300_000 && budget.held() < 400_000, "" + budget.held());
        log.complete();
        assertTrue(budget.held() >= 300_000, "nobody has read it");
        while (reader.next() != null) {}
        reader.close();
        assertTrue(budget.held() >= 300_000, "one has not");
        slow.close();
        assertEquals(0, budget.held());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoeverLeavesGivesEverythingBack(boolean settlementFails) {
        var budget = new ByteBudget(1 << 20);
        var log = new AnswerLog(1 << 20, budget);
        var tail = new AtomicInteger();
        log.onEnd(ended -> {
            tail.set(ended.tail().length);
            if (settlementFails) {
                throw new IllegalStateException("no");
            }
        });
        Reader reader = reader(log);
        log.append(new byte[300_000]);
        assertTrue(budget.held() > 0);
        if (settlementFails) {
            assertThrows(IllegalStateException.class, reader::close);
        } else {
            reader.close();
        }
        assertEquals(300_000, tail.get(), "it is settled before it is forgotten");
        assertEquals(0, budget.held());
        log.append(new byte[300_000]);
        assertEquals(0, budget.held(), "nobody wants it");
    }

    @Test
    void withoutRoomItIsNotKeptAndTheWriterWaitsForTheReader() {
        var budget = new ByteBudget(100_000);
        var drained = new AtomicInteger();
        var log = new AnswerLog(1 << 20, budget);
        log.onDrain(drained::incrementAndGet);
        Reader reader = reader(log);
        log.append(new byte[FREE]);
        assertFalse(log.full());
        log.append(new byte[60_000]);
        assertFalse(log.crowded(), "there is room for that");
        assertFalse(log.full());
        log.append(new byte[60_000]);
        assertTrue(log.crowded());
        assertTrue(log.full());
        assertTrue(reader.next() != null);
        assertEquals(1, drained.get());
        assertTrue(log.read(() -> {}).isEmpty(), "its beginning is forgotten");
        assertFalse(log.full());
        for (int i = 0; i < 100; i++) {
            log.append(new byte[60_000]);
            reader.next();
            assertTrue(log.retained() <= FREE + 60_000, "retained " + log.retained());
            assertFalse(log.full(), "all is read");
        }
        log.complete();
        reader.close();
        assertEquals(0, budget.held());
    }

    @Test
    void aSlowReaderGetsItInPieces() {
        var log = new AnswerLog(Long.MAX_VALUE);
        Reader fast = reader(log);
        Reader slow = reader(log);
        var expected = new ByteArrayOutputStream();
        var random = new Random(3);
        for (int i = 0; i < 3_000; i++) {
            byte[] chunk = new byte[random.nextInt(2_000)];
            random.nextBytes(chunk);
            expected.writeBytes(chunk);
            log.append(chunk);
            fast.next();
        }
        var got = new ByteArrayOutputStream();
        for (byte[] piece = slow.next(LIMIT); piece != null; piece = slow.next(LIMIT)) {
            assertTrue(piece.length <= LIMIT);
            got.writeBytes(piece);
        }
        assertArrayEquals(expected.toByteArray(), got.toByteArray());
        log.append(new byte[LIMIT + 1]);
        assertEquals(LIMIT + 1, Objects.requireNonNull(slow.next(LIMIT)).length);
    }

    @Test
    void theWriterDoesNotWaitForWhoGathers() {
        var log = new AnswerLog(0);
        Reader gathers = reader(log);
        gathers.gather();
        log.append(new byte[1 << 20]);
        assertFalse(log.full());
        log.append(new byte[1 << 20]);
        log.complete();
        assertEquals(2 << 20, Objects.requireNonNull(gathers.next()).length);
        assertNull(gathers.next());

        var late = new AnswerLog(0);
        var drained = new AtomicInteger();
        late.onDrain(drained::incrementAndGet);
        Reader decides = reader(late);
        late.append(new byte[(int) AnswerLog.WINDOW + 1]);
        assertTrue(late.full());
        decides.gather();
        assertEquals(1, drained.get(), "a writer that was held back before goes on");

        var longer = new AnswerLog(0);
        reader(longer).gather();
        longer.append(new byte[(int) AnswerLog.LAG + 1]);
        assertTrue(longer.full());
    }

    /** Callbacks of the budget may take any lock. */
    @Test
    void itsMonitorIsFreeWhileTheBudgetLetsOthersIn() {
        var budget = new ByteBudget(300_000);
        var log = new AnswerLog(1 << 20, budget);
        var granted = new AtomicInteger();
        Reader reader = reader(log);
        log.append(new byte[300_000]);
        assertTrue(
                budget.reserve(
                                200_000,
                                () -> {
                                    assertFalse(Thread.holdsLock(log));
                                    granted.incrementAndGet();
                                })
                        .isPresent());
        log.complete();
        assertEquals(0, granted.get());
        while (reader.next() != null) {}
        assertEquals(1, granted.get());
        assertEquals(200_000, budget.held());
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 50_000})
    void aStreamOfAnyLengthFlowsInConstantMemory(long kept) {
        var log = new AnswerLog(kept);
        Reader reader = reader(log);
        long most = 0;
        for (int i = 0; i < 20_000; i++) {
            log.append(new byte[1_000]);
            assertEquals(1_000, Objects.requireNonNull(reader.next()).length);
            most = Math.max(most, log.retained());
        }
        assertEquals(20_000_000, log.written());
        assertEquals(20_000, log.chunksWritten());
        assertTrue(most <= Math.max(kept, 16 << 10) + 2_000, "retained " + most);
        assertTrue(log.tail().length >= 16 << 10);
        assertTrue(log.body().isEmpty());
        assertTrue(log.read(() -> {}).isEmpty(), "its beginning is forgotten");
    }

    @Test
    void aKeptLogThatOutgrowsItsBoundIsNoLongerKeptButLosesNobody() {
        var log = new AnswerLog(100_000);
        Reader fast = reader(log);
        Reader slow = reader(log);
        var expected = new ByteArrayOutputStream();
        var got = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            byte[] chunk = new byte[1_000];
            Arrays.fill(chunk, (byte) i);
            expected.writeBytes(chunk);
            log.append(chunk);
            got.writeBytes(fast.next());
            reader(log).close(); // as long as the slow one has not read the first byte
        }
        assertEquals(200_000, log.retained(), "the slow one still needs it");
        assertArrayEquals(expected.toByteArray(), slow.next());
        assertArrayEquals(expected.toByteArray(), got.toByteArray());
        assertTrue(log.retained() <= 18_000);
        assertTrue(log.read(() -> {}).isEmpty());
    }

    @Test
    void theTailIsThereForTheSettlement() {
        var log = new AnswerLog(0);
        Reader reader = reader(log);
        var all = new ByteArrayOutputStream();
        var random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] chunk = new byte[random.nextInt(300)];
            random.nextBytes(chunk);
            all.writeBytes(chunk);
            log.append(chunk);
            reader.next();
        }
        var checked = new AtomicInteger();
        log.onEnd(ended -> {
            byte[] tail = ended.tail();
            byte[] whole = all.toByteArray();
            assertTrue(tail.length >= 16 << 10);
            assertArrayEquals(
                    Arrays.copyOfRange(whole, whole.length - tail.length, whole.length), tail);
            checked.incrementAndGet();
        });
        log.complete();
        assertEquals(1, checked.get());
    }

    /** Every order of everybody's steps that a seed makes: all get the bytes, from the first. */
    @Test
    void anyInterleavingGivesEveryReaderEveryByte() {
        byte[] pool = new byte[1 << 20];
        new Random(0).nextBytes(pool);
        for (int seed = 0; seed < 2_000; seed++) {
            var random = new Random(seed);
            var ends = new AtomicInteger();
            var cancels = new AtomicInteger();
            var drains = new AtomicInteger();
            var log = new AnswerLog(random.nextBoolean() ? 0 : random.nextInt(60_000));
            log.onEnd(ended -> ends.incrementAndGet());
            log.onAbandoned(cancels::incrementAndGet);
            log.onDrain(drains::incrementAndGet);
            var all = new ByteArrayOutputStream();
            var readers = new ArrayList<Modelled>();
            readers.add(new Modelled(reader(log)));
            boolean paused = false;
            for (int step = 0; step < 60 && !log.abandoned(); step++) {
                int drainsBefore = drains.get();
                int choice = random.nextInt(10);
                if (choice < 4 && !paused) {
                    int from = random.nextInt(pool.length / 2);
                    int length = 1 + random.nextInt(seed % 10 == 0 ? 90_000 : 1_000);
                    byte[] chunk = Arrays.copyOfRange(pool, from, from + length);
                    log.append(chunk);
                    all.writeBytes(chunk);
                    paused = log.full();
                } else if (choice < 8 && !readers.isEmpty()) {
                    readers.get(random.nextInt(readers.size())).read();
                } else if (choice == 8) {
                    log.read(() -> {}).ifPresent(joined -> readers.add(new Modelled(joined)));
                } else if (!readers.isEmpty() && random.nextInt(4) == 0) {
                    readers.remove(random.nextInt(readers.size())).reader.close();
                }
                paused &= drains.get() == drainsBefore;
                assertTrue(
                        !paused || log.full() || log.abandoned(),
                        "seed " + seed + ": a writer was not woken");
            }
            if (readers.isEmpty()) {
                assertTrue(log.abandoned());
            } else {
                log.complete();
            }
            for (Modelled reader : readers) {
                reader.read();
                assertArrayEquals(all.toByteArray(), reader.got.toByteArray(), "seed " + seed);
                reader.reader.close();
            }
            assertEquals(1, ends.get(), "seed " + seed);
            assertEquals(readers.isEmpty() ? 1 : 0, cancels.get(), "seed " + seed);
        }
    }

    private record Modelled(Reader reader, ByteArrayOutputStream got) {
        Modelled(Reader reader) {
            this(reader, new ByteArrayOutputStream());
        }

        void read() {
            byte[] fresh = reader.next();
            if (fresh != null) {
                got.writeBytes(fresh);
            }
        }
    }

    /** Readers sleep until they are woken: a wake-up that got lost would hang this test. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void manyThreadsReadWhatOneWrites(boolean virtual) throws Exception {
        ThreadFactory factory =
                virtual ? Thread.ofVirtual().factory() : Thread.ofPlatform().factory();
        for (int round = 0; round < 20; round++) {
            var random = new Random(round);
            var log = new AnswerLog(16 << 20);
            var settled = new AtomicInteger();
            log.onEnd(ended -> settled.incrementAndGet());
            var goOn = new Semaphore(0);
            log.onDrain(goOn::release);
            byte[] all = new byte[700_000];
            random.nextBytes(all);
            Reader keeper = reader(log);
            var done = new CountDownLatch(16);
            var wrong = new AtomicInteger();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 16; i++) {
                boolean leaves = i % 4 == 3;
                threads.add(
                        factory.newThread(() -> {
                            if (!follow(log, all, leaves)) {
                                wrong.incrementAndGet();
                            }
                            done.countDown();
                        }));
            }
            Thread writer =
                    factory.newThread(() -> {
                        log.head(HEAD);
                        for (int at = 0; at < all.length; ) {
                            int to = Math.min(all.length, at + 1 + random.nextInt(20_000));
                            log.append(Arrays.copyOfRange(all, at, to));
                            at = to;
                            if (log.full()) {
                                goOn.acquireUninterruptibly();
                            }
                        }
                        log.complete();
                    });
            threads.forEach(Thread::start);
            writer.start();
            done.await();
            writer.join();
            assertEquals(0, wrong.get());
            assertArrayEquals(all, keeper.next());
            keeper.close();
            assertEquals(1, settled.get());
            assertFalse(log.abandoned());
            assertEquals(0, log.retained());
        }
    }

    private static boolean follow(AnswerLog log, byte[] all, boolean leaves) {
        var woken = new Semaphore(0);
        var got = new ByteArrayOutputStream();
        try (Reader reader = log.read(woken::release).orElseThrow()) {
            while (true) {
                State state = log.state(); // what is read after the end was seen is all there is
                byte[] fresh = reader.next();
                if (fresh != null) {
                    got.writeBytes(fresh);
                }
                boolean prefix =
                        Arrays.equals(got.toByteArray(), 0, got.size(), all, 0, got.size());
                if (!prefix || leaves && got.size() > all.length / 2) {
                    return prefix;
                }
                if (state == State.COMPLETE) {
                    return got.size() == all.length;
                }
                woken.acquireUninterruptibly();
                woken.drainPermits();
            }
        }
    }
}
