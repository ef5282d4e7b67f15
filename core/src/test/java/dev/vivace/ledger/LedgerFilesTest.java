package dev.vivace.ledger;

import static dev.vivace.ledger.Entries.entry;
import static dev.vivace.ledger.Entries.ids;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerFilesTest {
    private static final Clock MONDAY = at("2026-11-23T23:59:59Z");
    private static final Clock TUESDAY = at("2026-11-24T00:00:01Z");
    private static final int LINE = LedgerJsonTest.json(entry("c-0000")).length + 1;

    @TempDir Path directory;

    @Test
    void oneFilePerDay() throws IOException {
        try (var files = files(MONDAY)) {
            files.append(List.of(entry("a")));
        }
        try (var files = files(TUESDAY)) {
            files.append(List.of(entry("b")));
            files.append(List.of(entry("c")));
        }
        assertEquals(List.of("2026-11-23.000001.jsonl", "2026-11-24.000001.jsonl"), names());
        assertEquals(List.of("a", "b", "c"), ids(files(TUESDAY).latest(10)));
        assertEquals(List.of("b", "c"), ids(files(TUESDAY).latest(2)));
    }

    @Test
    void filesAreBoundedAndTheOldestGo() throws IOException {
        try (var files = new LedgerFiles(directory, 10 * LINE, 40 * LINE, MONDAY)) {
            for (int i = 0; i < 300; i += 3) {
                files.append(
                        IntStream.range(i, i + 3)
                                .mapToObj(n -> entry("c-%04d".formatted(n)))
                                .toList());
                assertTrue(bytes() <= 40 * LINE, bytes() + " bytes after " + i);
            }
            assertEquals(0, files.unwritten());
            List<String> left = ids(files.latest(1_000));
            assertTrue(left.size() >= 27, left.toString());
            int first = 300 - left.size();
            assertEquals(IntStream.range(first, 300).mapToObj("c-%04d"::formatted).toList(), left);
            assertEquals("2026-11-23.000034.jsonl", names().getLast());
        }
    }

    @Test
    void aRestartGoesOnInTheSameFileWhileThereIsRoom() throws IOException {
        for (int i = 0; i < 25; i++) {
            try (var files = new LedgerFiles(directory, 10 * LINE, 1_000 * LINE, MONDAY)) {
                files.append(List.of(entry("c-%04d".formatted(i))));
            }
        }
        assertEquals(3, names().size());
        assertEquals(25, files(MONDAY).latest(100).size());
    }

    /** They say who asked what, and may be old ones. */
    @Test
    void onlyTheOwnerReadsThem() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path old = Files.writeString(directory.resolve("2026-11-23.000001.jsonl"), "");
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rw-r--r--"));
        try (var files = files(MONDAY)) {
            files.append(List.of(entry("a")));
        }
        Path fresh = directory.resolve("made/by/us");
        try (var files =
                new LedgerFiles(fresh, LedgerFiles.FILE_BYTES, LedgerFiles.TOTAL_BYTES, MONDAY)) {
            files.append(List.of(entry("a")));
        }
        assertEquals("rw-------", permissions(old));
        assertEquals("rwx------", permissions(fresh));
        assertEquals("rw-------", permissions(fresh.resolve("2026-11-23.000001.jsonl")));
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void aTornLineHarmsNoOther() throws IOException {
        try (var files = files(MONDAY)) {
            files.append(List.of(entry("a"), entry("b"), entry("torn")));
        }
        Path file = directory.resolve("2026-11-23.000001.jsonl");
        byte[] whole = Files.readAllBytes(file);
        int torn = new String(whole, StandardCharsets.UTF_8).lastIndexOf("{\"id\":\"torn\"");
        for (int cut = torn; cut < whole.length - 1; cut += 7) {
            Files.write(file, Arrays.copyOf(whole, cut));
            assertEquals(List.of("a", "b"), ids(files(MONDAY).latest(9)), "cut at " + cut);
            try (var files = files(MONDAY)) {
                files.append(List.of(entry("c")));
                assertEquals(List.of("a", "b", "c"), ids(files.latest(9)), "cut at " + cut);
            }
        }
    }

    @Test
    void foreignLinesAndFilesArePassedOver() throws IOException {
        try (var files = files(MONDAY)) {
            files.append(List.of(entry("a")));
        }
        Path file = directory.resolve("2026-11-23.000001.jsonl");
        Files.writeString(file, "\n\nnot json\n\0\0\0\0", StandardOpenOption.APPEND);
        Files.writeString(directory.resolve("notes.txt"), "x".repeat(1_000_000));
        Files.writeString(directory.resolve("2026-11-22.000001.jsonl"), "x".repeat(3_000_000));
        assertEquals(List.of("a"), ids(files(MONDAY).latest(9)));
    }

    @Test
    void readsBackAnySizesAcrossBlocks() {
        var random = new Random(11);
        var ids = new ArrayList<String>();
        try (var files = new LedgerFiles(directory, 1 << 20, 1 << 26, MONDAY)) {
            for (int batch = 0; batch < 40; batch++) {
                var entries = new ArrayList<LedgerEntry>();
                for (int i = random.nextInt(1, 60); i > 0; i--) {
                    String id = "c-" + ids.size();
                    ids.add(id);
                    entries.add(entry(id, "é".repeat(random.nextInt(4_000)), "t", ""));
                }
                files.append(entries);
            }
            for (int limit : new int[] {0, 1, 17, 500, ids.size(), ids.size() + 1}) {
                int from = Math.max(0, ids.size() - limit);
                assertEquals(ids.subList(from, ids.size()), ids(files.latest(limit)));
            }
        }
    }

    @Test
    void saysWhyItFailsUntilTheDiskIsWellAgain() throws IOException {
        Path blocked = Files.createFile(directory.resolve("ledger"));
        try (var files = new LedgerFiles(blocked, 1 << 20, 1 << 26, MONDAY)) {
            files.append(List.of());
            assertEquals(Optional.empty(), files.failure());
            files.append(List.of(entry("lost")));
            files.append(List.of());
            String why = files.failure().orElseThrow();
            assertTrue(why.contains(blocked.toString()) && why.contains("1 entries"), why);
            Files.delete(blocked);
            files.append(List.of());
            assertEquals(Optional.empty(), files.failure());
            files.append(List.of(entry("kept")));
            assertEquals(List.of("kept"), ids(files.latest(9)));
            assertEquals(1, files.unwritten());
        }
    }

    @Test
    void anEmptyOrMissingDirectoryHasNone() {
        assertEquals(List.of(), files(MONDAY).latest(9));
        Path missing = directory.resolve("not/there");
        assertEquals(List.of(), new LedgerFiles(missing, 1, 2, MONDAY).latest(9));
    }

    private LedgerFiles files(Clock clock) {
        return new LedgerFiles(directory, LedgerFiles.FILE_BYTES, LedgerFiles.TOTAL_BYTES, clock);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.list(directory)) {
            return all.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private long bytes() throws IOException {
        long bytes = 0;
        for (String name : names()) {
            bytes += Files.size(directory.resolve(name));
        }
        return bytes;
    }

    private static Clock at(String instant) {
        return Clock.fixed(Instant.parse(instant), ZoneOffset.UTC);
    }
}
