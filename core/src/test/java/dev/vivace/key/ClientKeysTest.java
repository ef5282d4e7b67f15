package dev.vivace.key;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vivace.limit.Rates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ClientKeysTest {
    private static final String HASH =
            "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    @TempDir Path root;

    static KeyTerms terms(String tenant) {
        return new KeyTerms(
                tenant,
                "",
                Set.of(),
                Set.of(),
                Rates.NONE,
                Budget.NONE,
                Priority.NORMAL,
                VirtualKey.Scope.TENANT);
    }

    private ClientKeys open() {
        return ClientKeys.of(root);
    }

    private Path file() {
        return root.resolve("keys.json");
    }

    @Test
    void aKeyIsFoundByItsSecretOnly() {
        ClientKeys keys = ClientKeys.inMemory();
        assertFalse(keys.any());
        NewKey made = keys.create(terms("acme"));
        assertTrue(made.secret().matches("vv-[A-Za-z0-9_-]{43}"), made.secret());
        assertTrue(KeyJson.isId(made.key().id()), made.key().id());
        assertEquals(Optional.of(made.key()), keys.find(made.secret()));
        for (String other :
                List.of(
                        "",
                        "vv-",
                        made.key().id(),
                        made.key().hash(),
                        made.secret() + "x",
                        made.secret().substring(1),
                        "vv-" + "A".repeat(43))) {
            assertEquals(Optional.empty(), keys.find(other), other);
        }
        assertTrue(keys.any() && keys.anyValid());
        assertFalse(keys.kept());
    }

    @Test
    void secretsDiffer() {
        ClientKeys keys = ClientKeys.inMemory();
        var seen = new HashSet<String>();
        for (int i = 0; i < 100; i++) {
            NewKey made = keys.create(terms("acme"));
            assertTrue(seen.add(made.secret()) && seen.add(made.key().id()));
        }
    }

    @Test
    void onlyTheHashIsWrittenAndEverythingElseComesBack() throws Exception {
        NewKey made =
                open().create(
                                new KeyTerms(
                                        "acme",
                                        "Büro 2",
                                        Set.of("fast", "openai/gpt-4o"),
                                        Set.of("files_*", "web_search"),
                                        new Rates(OptionalLong.of(60), OptionalLong.of(1 << 20)),
                                        new Budget(
                                                java.util.OptionalDouble.of(1.5),
                                                java.util.OptionalDouble.of(30)),
                                        Priority.LOW,
                                        VirtualKey.Scope.KEY));
        assertEquals(Optional.of(made.key()), open().find(made.secret()));
        for (Path each : List.of(file(), root.resolve("keys.lock"))) {
            assertFalse(Files.readString(each).contains(made.secret().substring(3)));
        }
        assertFalse(made.toString().contains(made.secret().substring(3)));
        assertFalse(made.toString().contains(made.key().hash()));
    }

    @Test
    void nothingIsMadeBeforeThereIsAKey() {
        Path data = root.resolve("data");
        assertEquals(List.of(), ClientKeys.of(data).list());
        assertFalse(Files.exists(data));
    }

    @Test
    void itsFilesAreItsOwnersOnly() throws Exception {
        assumeTrue(root.getFileSystem().supportedFileAttributeViews().contains("posix"));
        Path data = root.resolve("data");
        ClientKeys.of(data).create(terms("acme"));
        Files.createFile(
                data.resolve("keys.json.new"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-rw-rw-")));
        ClientKeys.of(data).create(terms("acme"));
        for (String name : List.of("keys.json", "keys.lock")) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(
                            Files.getPosixFilePermissions(data.resolve(name))));
        }
    }

    @Test
    void aRevokedKeyStaysRevoked() {
        var clock = new AtomicLong(1000);
        InstantSource source = () -> java.time.Instant.ofEpochMilli(clock.get());
        ClientKeys keys = ClientKeys.of(root, source);
        NewKey made = keys.create(terms("acme"));
        clock.set(2000);
        assertEquals(2000, keys.revoke(made.key().id()).orElseThrow().revokedAt());
        clock.set(3000);
        assertEquals(2000, keys.revoke(made.key().id()).orElseThrow().revokedAt());
        assertTrue(open().find(made.secret()).orElseThrow().revoked());
        assertTrue(open().any(), "a gateway whose keys are all revoked is not open");
        assertFalse(open().anyValid());
        assertEquals(Optional.empty(), keys.revoke("vk-000000000000"));
    }

    @Test
    void anOldCopyOfTheFileBringsNoRevokedKeyBack() throws Exception {
        ClientKeys running = open();
        NewKey made = running.create(terms("acme"));
        byte[] old = Files.readAllBytes(file());
        running.revoke(made.key().id());
        Files.write(file(), old);
        running.poll();
        assertTrue(running.find(made.secret()).orElseThrow().revoked());
        running.create(terms("other"));
        assertTrue(open().find(made.secret()).orElseThrow().revoked());
    }

    @Test
    void changesOfAnotherProcessAreNoticed() {
        ClientKeys running = open();
        ClientKeys other = open();
        NewKey made = other.create(terms("acme"));
        assertEquals(Optional.empty(), running.find(made.secret()));
        running.poll();
        assertEquals(Optional.of(made.key()), running.find(made.secret()));
        other.revoke(made.key().id());
        running.poll();
        assertTrue(running.find(made.secret()).orElseThrow().revoked());
    }

    @Test
    void watchingNoticesByItself() {
        try (ClientKeys running = open()) {
            running.watch();
            NewKey made = open().create(terms("acme"));
            while (running.find(made.secret()).isEmpty()) {
                Thread.onSpinWait(); // the test's own time limit ends it
            }
        }
    }

    @Test
    void nobodysChangesAreLost() throws Exception {
        int writers = 4;
        int each = 10;
        var tasks = new ArrayList<Callable<List<NewKey>>>();
        for (int i = 0; i < writers; i++) {
            ClientKeys own = open();
            tasks.add(() -> {
                var made = new ArrayList<NewKey>();
                for (int k = 0; k < each; k++) {
                    NewKey key = own.create(terms("acme"));
                    made.add(key);
                    if (k % 3 == 0) {
                        own.revoke(key.key().id());
                    }
                }
                return made;
            });
        }
        try (var pool = Executors.newFixedThreadPool(writers)) {
            ClientKeys after;
            var all = new ArrayList<NewKey>();
            for (Future<List<NewKey>> one : pool.invokeAll(tasks)) {
                List<NewKey> made = one.get();
                after = open();
                for (int k = 0; k < each; k++) {
                    VirtualKey kept = after.find(made.get(k).secret()).orElseThrow();
                    assertEquals(k % 3 == 0, kept.revoked());
                }
                all.addAll(made);
            }
            assertEquals(writers * each, all.size());
            assertEquals(writers * each, open().list().size());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{\"version\":1}",
                "{\"version\":2,\"keys\":[]}",
                "{\"version\":1,\"keys\":[]} x",
                "{\"version\":1,\"keys\":[{}]}",
                "{\"version\":1,\"keys\":[{\"id\":\"vk-0123456789ab\",\"hash\":\"" + HASH + "\"}]}",
                "{\"version\":1,\"keys\":[{\"id\":\"vk-0123456789ab\",\"hash\":\""
                        + HASH
                        + "\",\"tenant\":\"a\",\"created_at\":\"then\"}]}",
                "{\"version\":1,\"keys\":[{\"id\":\"vk-0123456789ab\",\"hash\":\""
                        + HASH
                        + "\",\"tenant\":\"a\",\"created_at\":\"2026-01-01T00:00:00Z\",\"quota\":1}]}",
                "{\"version\":1,\"keys\":[{\"id\":\"vk-0123456789ab\",\"hash\":\""
                        + HASH
                        + "\",\"tenant\":\"local\",\"created_at\":\"2026-01-01T00:00:00Z\"}]}",
                "\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000"
            })
    void aDamagedFileIsRefusedAndLeftAlone(String content) throws Exception {
        Files.writeString(file(), content);
        String refused =
                String.valueOf(assertThrows(KeyFileException.class, this::open).getMessage());
        assertTrue(refused.contains(file().toString()), refused);
        assertFalse(refused.contains(HASH), refused);
        assertEquals(content, Files.readString(file()));
    }

    @Test
    void everyPieceOfAFileIsRefusedOrWhole() throws Exception {
        open().create(terms("acme"));
        byte[] whole = Files.readAllBytes(file());
        for (int length = 0; length < whole.length; length += 7) {
            Files.write(file(), java.util.Arrays.copyOf(whole, length));
            assertThrows(KeyFileException.class, this::open, "cut at " + length);
        }
    }

    @Test
    void damageWhileItRunsChangesNothingAndIsToldUntilItIsMended() throws Exception {
        ClientKeys running = open();
        NewKey made = running.create(terms("acme"));
        byte[] good = Files.readAllBytes(file());
        Files.writeString(file(), "{}");
        running.poll();
        assertEquals(Optional.of(made.key()), running.find(made.secret()));
        assertTrue(running.failure().orElseThrow().contains(file().toString()));
        assertThrows(KeyFileException.class, () -> running.create(terms("other")));
        assertEquals("{}", Files.readString(file()));
        assertThrows(KeyFileException.class, () -> running.revoke(made.key().id()));
        assertTrue(running.find(made.secret()).orElseThrow().revoked(), "here it is");
        Files.write(file(), good);
        running.poll();
        assertEquals(Optional.empty(), running.failure());
        assertTrue(open().find(made.secret()).orElseThrow().revoked(), "and now there");
    }

    @Test
    void aFileThatGoesAwayOpensNothing() throws Exception {
        ClientKeys running = open();
        NewKey made = running.create(terms("acme"));
        Files.delete(file());
        running.poll();
        assertTrue(running.any());
        assertTrue(running.failure().orElseThrow().contains("is gone"));
        running.create(terms("other"));
        assertEquals(Optional.empty(), running.failure());
        assertEquals(Optional.of(made.key()), open().find(made.secret()));
    }

    /** Or a gateway that was closed would be open. */
    @Test
    void aFileThatWasLostIsRefusedAtTheNextStart() throws Exception {
        NewKey made = open().create(terms("acme"));
        byte[] good = Files.readAllBytes(file());
        Files.delete(file());
        String refused =
                String.valueOf(assertThrows(KeyFileException.class, this::open).getMessage());
        assertTrue(refused.contains(file() + " is missing"), refused);
        assertTrue(refused.contains(root.resolve("keys.lock").toString()), refused);
        Files.write(file(), good);
        assertEquals(Optional.of(made.key()), open().find(made.secret()));
        Files.delete(file());
        Files.delete(root.resolve("keys.lock"));
        assertFalse(open().any());
    }

    @Test
    void whereThereWasNoKeyNothingWasLost() {
        assertEquals(Optional.empty(), open().revoke("vk-000000000000"));
        assertTrue(Files.exists(root.resolve("keys.lock")));
        assertFalse(open().any());
    }

    @Test
    void aDirectoryThatIsNoneIsNamed() throws Exception {
        Path notADirectory = Files.writeString(root.resolve("plain"), "");
        String refused =
                String.valueOf(
                        assertThrows(
                                        KeyFileException.class,
                                        () -> ClientKeys.of(notADirectory).create(terms("acme")))
                                .getMessage());
        assertTrue(refused.contains("plain"), refused);
    }
}
