package dev.vivace.cache;

import static dev.vivace.cache.CachedAnswers.NOW;
import static dev.vivace.cache.CachedAnswers.answer;
import static dev.vivace.cache.CachedAnswers.key;
import static dev.vivace.cache.CachedAnswers.labelled;
import static dev.vivace.cache.CachedAnswers.shown;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCacheStoreTest extends CacheStoreContract {
    @TempDir Path directory;

    @Override
    CacheStore open() {
        return new FileCacheStore(directory);
    }

    @Test
    void entriesAndSecretSurviveARestart() {
        byte[] secret;
        CachedAnswer full = labelled("scope", "modèle", List.of("a=b", "c=😀"), "why?");
        try (CacheStore store = open()) {
            secret = store.secret();
            store.put(key(1), answer("one"));
            store.put(key(2), full);
            store.put(key(3), answer("three"));
            store.put(key(3), answer("three, again"));
        }
        try (CacheStore store = open()) {
            assertArrayEquals(secret, store.secret());
            assertEquals(
                    Map.of(
                            key(1), shown(answer("one")),
                            key(2), shown(full),
                            key(3), shown(answer("three, again"))),
                    loaded(store));
        }
    }

    /** It holds what customers asked and were answered, and the secret of their fingerprints. */
    @Test
    void onlyTheOwnerReadsIt() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path inner = directory.resolve("made/by/us");
        Path file = inner.resolve("cache.mv");
        new FileCacheStore(inner).close();
        assertEquals("rwx------", permissions(inner));
        assertEquals("rw-------", permissions(file));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
        new FileCacheStore(inner).close();
        assertEquals("rw-------", permissions(file));
        Files.writeString(file, "garbage");
        new FileCacheStore(inner).close();
        try (var all = Files.list(inner)) {
            for (Path each : all.toList()) {
                assertEquals("rw-------", permissions(each), each.toString());
            }
        }
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void whatTheCacheForgotStaysForgotten() {
        try (CacheStore store = open()) {
            ExactCache cache = cache(store, NOW);
            cache.store(key(1), answer("one"));
            cache.store(key(2), answer("two"));
            cache.store(key(3), answer("three", 100, NOW, Duration.ofSeconds(1)));
            var which = Optional.of("t*");
            assertEquals(
                    2,
                    cache.invalidate(
                            new Invalidation(
                                    Optional.empty(),
                                    Optional.empty(),
                                    Optional.empty(),
                                    which,
                                    false)));
        }
        try (CacheStore store = open()) {
            assertEquals(1, cache(store, NOW).statistics().entries());
        }
    }

    @Test
    void whatExpiredMeanwhileIsDroppedFromTheFileAsWell() {
        try (CacheStore store = open()) {
            ExactCache cache = cache(store, NOW);
            cache.store(key(1), answer("brief", 100, NOW, Duration.ofSeconds(10)));
            cache.store(key(2), answer("long", 100, NOW, Duration.ofSeconds(20)));
        }
        try (CacheStore store = open()) {
            ExactCache cache = cache(store, NOW + 10_000);
            assertEquals(Optional.empty(), cache.find(key(1), Optional.empty()));
            assertTrue(cache.find(key(2), Optional.empty()).isPresent());
        }
        try (CacheStore store = open()) {
            assertEquals(
                    Map.of(key(2), shown(answer("long", 100, NOW, Duration.ofSeconds(20)))),
                    loaded(store));
        }
    }

    /** A full cache drops entries, new ones at once as well: the file must not outgrow it. */
    @Test
    void theFileHoldsWhatTheCacheHolds() {
        try (CacheStore store = open()) {
            ExactCache cache = cache(store, NOW);
            for (int i = 0; i < 2_000; i++) {
                cache.store(
                        key(i), answer("q" + i, 1_000 + i % 7 * 3_000, NOW, Duration.ofHours(1)));
            }
            long entries = cache.statistics().entries();
            assertTrue(cache.statistics().evictions() > 1_000);
            store.close();
            try (CacheStore again = open()) {
                assertEquals(entries, loaded(again).size());
            }
        }
    }

    @Test
    void garbageIsSetAsideAndNothingIsDeleted() throws IOException {
        byte[] garbage = new byte[20_000];
        new Random(1).nextBytes(garbage);
        Files.write(directory.resolve("cache.mv"), garbage);
        try (CacheStore store = open()) {
            assertEquals(Map.of(), loaded(store));
            store.put(key(1), answer("one"));
        }
        try (CacheStore store = open()) {
            assertEquals(1, loaded(store).size());
        }
        try (var files = Files.list(directory)) {
            Path aside =
                    files.filter(f -> f.getFileName().toString().contains(".broken-"))
                            .findFirst()
                            .orElseThrow();
            assertArrayEquals(garbage, Files.readAllBytes(aside));
        }
    }

    /**
     * Damage can move entries: a sound answer behind another's key is the answer to another
     * question.
     */
    @Test
    void anAnswerBelongsToItsKey() {
        byte[] bytes = CachedAnswerFormat.write(key(1).bytes(), answer("one"));
        assertTrue(CachedAnswerFormat.read(key(1).bytes(), bytes).isPresent());
        assertTrue(CachedAnswerFormat.read(key(2).bytes(), bytes).isEmpty());
    }

    /** Torn, zeroed, flipped, overwritten: it opens, and hands over nothing that was not stored. */
    @Test
    void noDamageBreaksTheStartOrChangesAnAnswer() throws IOException {
        try (CacheStore store = open()) {
            for (int i = 0; i < 100; i++) {
                store.put(key(i), answer("q" + i, 1_000, NOW, Duration.ofHours(1)));
            }
        }
        byte[] good = Files.readAllBytes(directory.resolve("cache.mv"));
        for (int seed = 0; seed < 60; seed++) {
            var random = new Random(seed);
            byte[] bad = good.clone();
            int at = random.nextInt(bad.length);
            int length = Math.min(bad.length - at, 1 + random.nextInt(8_000));
            switch (seed % 4) {
                case 0 -> bad = Arrays.copyOf(bad, at);
                case 1 -> Arrays.fill(bad, at, at + length, (byte) 0);
                case 2 -> {
                    for (int i = random.nextInt(100); i >= 0; i--) {
                        bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
                    }
                }
                default -> {
                    byte[] noise = new byte[length];
                    random.nextBytes(noise);
                    System.arraycopy(noise, 0, bad, at, length);
                }
            }
            Path place = Files.createDirectory(directory.resolve("damaged-" + seed));
            Files.write(place.resolve("cache.mv"), bad);
            try (var store = new FileCacheStore(place)) {
                for (var entry : loaded(store).entrySet()) {
                    String sound =
                            shown(
                                    answer(
                                            "q" + entry.getKey().a(),
                                            1_000,
                                            NOW,
                                            Duration.ofHours(1)));
                    assertEquals(key(entry.getKey().a()), entry.getKey(), "seed " + seed);
                    assertEquals(sound, entry.getValue(), "seed " + seed);
                }
                store.put(key(1_000), answer("new"));
            }
        }
    }

    @Test
    void saysThatItCannotWriteAnyMore() {
        var store = new FileCacheStore(directory);
        store.put(CachedAnswers.key(1), CachedAnswers.answer("q"));
        store.flush();
        assertEquals(Optional.empty(), store.failure());
        store.close();
        store.put(CachedAnswers.key(2), CachedAnswers.answer("q"));
        store.flush();
        String why = store.failure().orElseThrow();
        assertTrue(why.contains(directory.toString()), why);
    }

    @Test
    void aDirectoryIsForOneProcess() throws Exception {
        try (CacheStore store = open()) {
            store.put(key(1), answer("one"));
            Process other = child();
            try (BufferedReader said = other.inputReader()) {
                assertTrue(
                        String.valueOf(said.readLine()).endsWith("is in use by another process"));
            }
            other.waitFor();
            var refused = assertThrows(UncheckedIOException.class, this::open);
            assertEquals(
                    "cannot use "
                            + directory
                            + ": "
                            + directory.resolve("cache.mv")
                            + " is in use by another process",
                    refused.getMessage());
        }
    }

    /** A process that is killed while it writes loses at most what it wrote last. */
    @Test
    void aKilledProcessLeavesASoundFile() throws Exception {
        Process child = child();
        int told = 0;
        try (BufferedReader said = child.inputReader()) {
            for (int i = 0; i < 3; i++) {
                told = Integer.parseInt(String.valueOf(said.readLine()));
            }
            child.destroyForcibly().waitFor();
        }
        try (CacheStore store = open()) {
            Map<Fingerprint, String> kept = loaded(store);
            assertTrue(kept.size() >= told, told + " were written, there are " + kept.size());
            kept.forEach((key, shown) -> assertEquals(shown(answer("q" + key.a())), shown));
        }
        try (var files = Files.list(directory)) {
            assertFalse(files.anyMatch(f -> f.toString().contains("broken")));
        }
    }

    private Process child() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EndlessWriter.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    /** Another process: writes for ever, and says how many entries are surely in the file. */
    static final class EndlessWriter {
        public static void main(String[] args) {
            try {
                var store = new FileCacheStore(Path.of(args[0]));
                for (int i = 0; ; ) {
                    for (int k = 0; k < 200; k++, i++) {
                        store.put(key(i), answer("q" + i));
                    }
                    store.flush();
                    System.out.println(i);
                }
            } catch (UncheckedIOException e) {
                System.out.println(e.getMessage());
            }
        }
    }

    private static ExactCache cache(CacheStore store, long now) {
        return new ExactCache(1 << 20, store, () -> Instant.ofEpochMilli(now));
    }
}
