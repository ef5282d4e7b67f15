package dev.vivace.ledger;

import static dev.vivace.ledger.Entries.entry;
import static dev.vivace.ledger.Entries.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {
    @TempDir Path directory;

    @Test
    void keepsTheLastEntriesNewestLast() {
        try (var ledger = new Ledger(List.of())) {
            for (int i = 0; i < Ledger.RECENT + 500; i++) {
                ledger.record(entry("c-" + i));
                if (i % 4_000 == 0) {
                    ledger.flush();
                }
            }
            ledger.flush();
            assertEquals(0, ledger.dropped());
            assertEquals(List.of("c-1498", "c-1499"), ids(ledger.latest(2)));
            List<LedgerEntry> all = ledger.latest(Integer.MAX_VALUE);
            assertEquals(Ledger.RECENT, all.size());
            assertEquals("c-500", all.getFirst().id());
            assertEquals(List.of(), ledger.latest(0));
            assertThrows(IllegalArgumentException.class, () -> ledger.latest(-1));
        }
    }

    @Test
    void everyEntryOfManyThreadsIsDeliveredOnceInTheOrderOfItsThreadOrCountedAsDropped()
            throws Exception {
        int threads = 8;
        int each = 30_000;
        var heard = new ArrayList<String>(); // by one thread; flush() makes it visible
        try (var ledger = new Ledger(List.of(e -> heard.add(e.id())))) {
            var start = new CountDownLatch(1);
            List<Thread> writers =
                    IntStream.range(0, threads)
                            .mapToObj(t ->
                                    Thread.ofPlatform().start(() -> write(ledger, start, t, each)))
                            .toList();
            start.countDown();
            while (writers.stream().anyMatch(Thread::isAlive)) {
                assertTrue(ledger.latest(100).size() <= 100);
            }
            for (Thread writer : writers) {
                writer.join();
            }
            ledger.flush();
            assertEquals(threads * each, heard.size() + ledger.dropped());
            var last = new HashMap<String, Integer>();
            for (String id : heard) {
                String[] parts = id.split(" ", 2);
                int number = Integer.parseInt(parts[1]);
                Integer before = last.put(parts[0], number);
                assertTrue(before == null || before < number, id + " came after " + before);
            }
            int recent = Math.min(heard.size(), Ledger.RECENT);
            assertEquals(
                    heard.subList(heard.size() - recent, heard.size()), ids(ledger.latest(recent)));
        }
    }

    private static void write(Ledger ledger, CountDownLatch start, int thread, int count) {
        try {
            start.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        for (int i = 0; i < count; i++) {
            ledger.record(entry(thread + " " + i));
        }
    }

    @Test
    void aFullQueueDropsAndCountsAndNeverBlocks() throws Exception {
        var entered = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var heard = new ArrayList<String>();
        LedgerListener slow =
                e -> {
                    heard.add(e.id());
                    entered.countDown();
                    await(release);
                };
        try (var ledger = new Ledger(List.of(slow))) {
            ledger.record(entry("in hand"));
            entered.await();
            for (int i = 0; i < Ledger.QUEUE + 100; i++) {
                ledger.record(entry("c-" + i));
            }
            assertEquals(100, ledger.dropped());
            release.countDown();
            ledger.flush();
            assertEquals(1 + Ledger.QUEUE, heard.size());
            ledger.record(entry("after"));
            ledger.flush();
            assertEquals("after", heard.getLast());
            assertEquals(100, ledger.dropped());
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void closingDeliversAndWhatComesLaterIsCounted() throws Exception {
        List<String> heard = Collections.synchronizedList(new ArrayList<>());
        var ledger = new Ledger(List.of(e -> heard.add(e.id())));
        var started = new CountDownLatch(1);
        int count = 200_000;
        Thread writer =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < count; i++) {
                                ledger.record(entry("c-" + i));
                                started.countDown();
                            }
                        });
        started.await();
        ledger.close();
        writer.join();
        assertEquals(count, heard.size() + ledger.dropped());
        ledger.flush(); // returns, there is nobody to wait for
        ledger.close();
        ledger.record(entry("late"));
        assertEquals(count + 1, heard.size() + ledger.dropped());
    }

    @Test
    void aListenerThatFailsDisturbsNobody() {
        var heard = new ArrayList<String>();
        LedgerListener broken =
                e -> {
                    throw new IllegalStateException("broken");
                };
        try (var ledger = new Ledger(List.of(broken, e -> heard.add(e.id())), directory)) {
            ledger.record(entry("c-1"));
            ledger.record(entry("c-2"));
            ledger.flush();
            assertEquals(List.of("c-1", "c-2"), heard);
            assertEquals(List.of("c-1", "c-2"), ids(ledger.latest(10)));
        }
    }

    @Test
    void survivesARestart() {
        try (var ledger = new Ledger(List.of(), directory)) {
            IntStream.range(0, 500).forEach(i -> ledger.record(entry("a-" + i)));
        }
        var heard = new ArrayList<String>();
        try (var ledger = new Ledger(List.of(e -> heard.add(e.id())), directory)) {
            ledger.record(entry("b-1"));
            ledger.flush();
            assertEquals(List.of("a-498", "a-499", "b-1"), ids(ledger.latest(3)));
            assertEquals(501, ledger.latest(Ledger.RECENT).size());
            assertEquals(List.of("b-1"), heard, "listeners see this run only");
            assertEquals(0, ledger.unwritten());
        }
    }

    @Test
    void aFailingDiskCostsEntriesOnDiskOnly() throws Exception {
        Path file = Files.writeString(directory.resolve("in-the-way"), "not a directory");
        var heard = new ArrayList<String>();
        try (var ledger = new Ledger(List.of(e -> heard.add(e.id())), file)) {
            ledger.record(entry("c-1"));
            ledger.flush();
            ledger.record(entry("c-2"));
            ledger.flush();
            assertEquals(2, ledger.unwritten());
            assertEquals(0, ledger.dropped());
            assertEquals(List.of("c-1", "c-2"), heard);

            Files.delete(file); // the disk is well again
            ledger.record(entry("c-3"));
            ledger.flush();
            assertEquals(2, ledger.unwritten());
        }
        try (var ledger = new Ledger(List.of(), file)) {
            ledger.flush();
            assertEquals(List.of("c-3"), ids(ledger.latest(9)));
        }
    }

    @Test
    void textsOfAnySizeAreBounded() {
        String emoji = "😀".repeat(1_000_000);
        try (var ledger = new Ledger(List.of())) {
            ledger.record(entry("c-1", emoji, "t".repeat(1_000), "e".repeat(5_000)));
            LedgerEntry ordinary = entry("c-2");
            ledger.record(ordinary);
            ledger.flush();
            LedgerEntry cut = ledger.latest(2).getFirst();
            assertTrue(cut.model().length() <= Clip.NAME && cut.model().endsWith("😀…"));
            assertEquals(Clip.NAME, cut.tenant().length());
            assertEquals(Clip.ERROR, cut.error().length());
            assertEquals(List.of(85L, 200L), List.of(cut.overheadMicros(), (long) cut.status()));
            assertSame(ordinary, ledger.latest(1).getFirst());
        }
    }
}
