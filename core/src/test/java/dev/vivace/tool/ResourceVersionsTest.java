package dev.vivace.tool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class ResourceVersionsTest {
    private static final String[] NAMES = {"a", "b", ".", "c"};
    private static final String[] SPACES = {"file", "file", "file", "table", "*"};

    private static Resource random(Random random) {
        var path = new ArrayList<String>();
        for (int depth = random.nextInt(5); depth > 0; depth--) {
            path.add(NAMES[random.nextInt(NAMES.length)]);
        }
        return new Resource(SPACES[random.nextInt(SPACES.length)], path);
    }

    /** The rule is that of the resources, whatever they are. */
    @Test
    void changesIfAndOnlyIfSomethingWrittenOverlaps() {
        long seed = 42;
        var random = new Random(seed);
        var versions = new ResourceVersions();
        for (int i = 0; i < 50_000; i++) {
            Resource written = random(random);
            Resource read = random(random);
            String what = "seed " + seed + ", " + i + ": " + written + " and " + read;
            long before = versions.version(List.of(read));
            ResourceVersions.Write write = versions.begin("a", List.of(written));
            long during = versions.version(List.of(read));
            assertEquals(written.overlaps(read), versions.settled(List.of(read)).isEmpty(), what);
            write.end();
            long after = versions.version(List.of(read));
            if (written.overlaps(read)) {
                assertTrue(before < during && during < after, what);
            } else {
                assertTrue(before == during && during == after, what);
            }
        }
    }

    /** What is forgotten never comes back as it was. */
    @Test
    void growsWhenPlacesAreForgotten() {
        var random = new Random(7);
        var versions = new ResourceVersions(50, System::nanoTime);
        var last = new java.util.HashMap<Resource, Long>();
        for (int i = 0; i < 20_000; i++) {
            Resource written = Resource.of("table", "t" + random.nextInt(100), "r" + i % 7);
            Resource read = Resource.of("table", "t" + random.nextInt(100));
            long before = versions.version(List.of(read));
            assertTrue(before >= last.getOrDefault(read, 0L));
            versions.begin("a", List.of(written)).end();
            long after = versions.version(List.of(read));
            assertTrue(written.overlaps(read) ? after > before : after >= before);
            last.put(read, after);
            assertTrue(versions.places() <= 50);
        }
    }

    @Test
    void aPathThatIsLongerThanAllThereIsRoomForChangesEverything() {
        var versions = new ResourceVersions(10, System::nanoTime);
        Resource read = Resource.of("table", "t");
        Resource endless = new Resource("file", java.util.Collections.nCopies(1_000, "a"));
        long before = versions.version(List.of(read));
        versions.begin("a", List.of(endless)).end();
        assertTrue(versions.version(List.of(read)) > before);
        assertTrue(versions.version(List.of(endless)) > before);
        assertTrue(versions.places() <= 10);
    }

    @Test
    void whatDependsOnNothingIsNeverChanged() {
        var versions = new ResourceVersions();
        try (var _ = versions.begin("a", List.of(Resource.EVERYTHING))) {
            assertEquals(0, versions.settled(List.of()).orElseThrow());
        }
        assertEquals(0, versions.version(List.of()));
    }

    @Test
    void aWriteEndsOnce() {
        var versions = new ResourceVersions();
        List<Resource> table = List.of(Resource.of("table", "t"));
        ResourceVersions.Write write = versions.begin("a", table);
        write.end();
        long after = versions.version(table);
        write.end();
        assertEquals(after, versions.version(table));
        assertFalse(versions.settled(table).isEmpty());
    }

    /** Of many threads no count is lost, and nothing stays under way. */
    @Test
    void countsWhatManyThreadsWrite() throws Exception {
        var versions = new ResourceVersions();
        int threads = 8;
        int each = 2_000;
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < threads; t++) {
                var own = List.of(Resource.of("table", "t" + t));
                executor.execute(() -> {
                    for (int i = 0; i < each; i++) {
                        versions.begin("a", own).end();
                    }
                });
            }
        }
        for (int t = 0; t < threads; t++) {
            var own = List.of(Resource.of("table", "t" + t));
            assertEquals(2L * each, versions.settled(own).orElseThrow());
        }
        assertEquals(2L * each * threads, versions.version(List.of(Resource.of("table"))));
    }

    @Test
    void whatHasNotEndedIsCounted() {
        var now = new java.util.concurrent.atomic.AtomicLong();
        var versions = new ResourceVersions(100, now::get);
        var none = new ResourceVersions.Unfinished(0, java.time.Duration.ZERO);
        assertEquals(none, versions.unfinished());
        try (var _ = versions.begin("a", List.of());
                var first = versions.begin("a", List.of(Resource.EVERYTHING))) {
            now.set(5);
            try (var _ = versions.begin("b", List.of(Resource.file("x")))) {
                now.set(java.time.Duration.ofMinutes(2).toNanos());
                assertEquals(
                        new ResourceVersions.Unfinished(2, java.time.Duration.ofMinutes(2)),
                        versions.unfinished());
                assertTrue(versions.settled(List.of(Resource.file("y"))).isEmpty());
            }
            assertEquals(1, versions.unfinished().writes());
            first.end();
        }
        assertEquals(none, versions.unfinished());
        assertTrue(versions.settled(List.of(Resource.file("y"))).isPresent());
    }
}
