package dev.vivace.key;

import static dev.vivace.key.ClientKeysTest.terms;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.replica.SharedRecords;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Keys of several gateways. */
@Timeout(60)
class SharedKeysTest {
    @TempDir Path root;

    /** What replicas would share by a server, in one process. */
    private static final class Records implements SharedRecords {
        private final Map<String, byte[]> all = new HashMap<>();
        private final List<Consumer<Map<String, byte[]>>> listeners = new ArrayList<>();
        private int puts;

        @Override
        public synchronized void put(String id, byte[] value) {
            puts++;
            all.put(id, value);
            listeners.forEach(each -> each.accept(Map.copyOf(all)));
        }

        @Override
        public synchronized void onChange(Consumer<Map<String, byte[]>> listener) {
            listeners.add(listener);
            listener.accept(Map.copyOf(all));
        }

        synchronized boolean hasRevoked(String id) {
            byte[] record = all.get(id);
            return record != null && KeyJson.key(record).revoked();
        }

        synchronized int puts() {
            return puts;
        }
    }

    /** The test's own time limit ends it. */
    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    private static boolean revoked(ClientKeys keys, NewKey key) {
        return keys.find(key.secret()).map(VirtualKey::revoked).orElse(false);
    }

    @Test
    void whatOneMakesOrRevokesTheOthersKnowAndKeep() {
        var records = new Records();
        try (ClientKeys a = ClientKeys.of(root.resolve("a"));
                ClientKeys b = ClientKeys.of(root.resolve("b"))) {
            NewKey before = a.create(terms("acme"));
            a.share(records);
            b.share(records);
            await(() -> b.find(before.secret()).isPresent());
            NewKey after = a.create(terms("acme"));
            await(() -> b.find(after.secret()).isPresent());
            b.revoke(before.key().id());
            await(() -> revoked(a, before));
            await(() -> revoked(ClientKeys.of(root.resolve("a")), before));
            await(() -> ClientKeys.of(root.resolve("b")).find(after.secret()).isPresent());
            assertFalse(revoked(a, after));
        }
    }

    @Test
    void aReplicaThatSleptBringsNoRevokedKeyBack() throws Exception {
        var records = new Records();
        Path data = root.resolve("a");
        NewKey made;
        byte[] old;
        try (ClientKeys a = ClientKeys.of(data)) {
            made = a.create(terms("acme"));
            old = Files.readAllBytes(data.resolve("keys.json"));
            a.share(records);
            a.revoke(made.key().id());
            await(() -> records.hasRevoked(made.key().id()));
        }
        Files.write(data.resolve("keys.json"), old);
        try (ClientKeys slept = ClientKeys.of(data)) {
            assertFalse(revoked(slept, made));
            slept.share(records);
            await(() -> revoked(slept, made));
            assertTrue(records.hasRevoked(made.key().id()));
        }
    }

    @Test
    void whatARevokedKeysOwnerKnewFirstIsTold() {
        var records = new Records();
        ClientKeys a = ClientKeys.inMemory();
        NewKey made = a.create(terms("acme"));
        records.put(made.key().id(), KeyJson.record(made.key()));
        a.revoke(made.key().id());
        a.share(records);
        await(() -> records.hasRevoked(made.key().id()));
        a.close();
    }

    @Test
    void oneThatDiffersIsNotPutBackAndForth() {
        var records = new Records();
        try (ClientKeys a = ClientKeys.inMemory();
                ClientKeys b = ClientKeys.inMemory()) {
            a.share(records);
            b.share(records);
            NewKey first = a.create(terms("acme"));
            await(() -> b.find(first.secret()).isPresent());
            NewKey second = b.create(terms("acme"));
            await(() -> a.find(second.secret()).isPresent());
            assertEquals(2, records.puts());
        }
    }

    @Test
    void whoHasNotHeardTheOthersIsClosed() throws Exception {
        var listeners = new ArrayList<Consumer<Map<String, byte[]>>>();
        SharedRecords late = heardBy(listeners);
        try (ClientKeys keys = ClientKeys.inMemory()) {
            assertTrue(keys.known() && !keys.closed(), "without replicas all is known");
            var heard = new CountDownLatch(1);
            keys.share(late, heard::countDown);
            assertTrue(keys.closed() && !keys.known() && !keys.any());
            listeners.getFirst().accept(Map.of());
            heard.await();
            assertTrue(keys.known() && !keys.closed());
        }
        try (ClientKeys keys = ClientKeys.inMemory()) {
            keys.create(terms("acme"));
            keys.share(late);
            assertTrue(keys.known() && keys.closed(), "its own are enough to let somebody in");
        }
    }

    /** Of a newer release, perhaps. */
    @Test
    void whereNoKeyCanBeReadItStaysClosed() throws Exception {
        Map<String, byte[]> newer =
                Map.of("vk-000000000001", "{\"version\":9}".getBytes(StandardCharsets.UTF_8));
        var listeners = new ArrayList<Consumer<Map<String, byte[]>>>();
        try (ClientKeys keys = ClientKeys.inMemory()) {
            var heard = new CountDownLatch(1);
            keys.share(heardBy(listeners), heard::countDown);
            for (int i = 0; i < 2; i++) { // when it looks at the second, it is done with the first
                var looks = new CountDownLatch(1);
                listeners.getFirst().accept(telling(newer, looks::countDown));
                looks.await();
            }
            assertTrue(keys.closed() && !keys.known() && !keys.any());
            assertEquals(1, heard.getCount());
            var all = new HashMap<>(newer);
            NewKey made = ClientKeys.inMemory().create(terms("acme"));
            all.put(made.key().id(), KeyJson.record(made.key()));
            listeners.getFirst().accept(all);
            heard.await();
            assertTrue(keys.closed() && keys.known() && keys.any());
        }
    }

    private static SharedRecords heardBy(List<Consumer<Map<String, byte[]>>> listeners) {
        return new SharedRecords() {
            @Override
            public void put(String id, byte[] value) {}

            @Override
            public void onChange(Consumer<Map<String, byte[]>> all) {
                listeners.add(all);
            }
        };
    }

    private static Map<String, byte[]> telling(Map<String, byte[]> all, Runnable whenRead) {
        return new AbstractMap<>() {
            @Override
            public Set<Map.Entry<String, byte[]>> entrySet() {
                whenRead.run();
                return all.entrySet();
            }
        };
    }

    @Test
    void whatCannotBeReadIsLeftOut() {
        var records = new Records();
        ClientKeys other = ClientKeys.inMemory();
        NewKey made = other.create(terms("acme"));
        records.put("vk-000000000001", "{}".getBytes(StandardCharsets.UTF_8));
        records.put("vk-000000000002", KeyJson.record(made.key()));
        try (ClientKeys a = ClientKeys.inMemory()) {
            a.share(records);
            records.put(made.key().id(), KeyJson.record(made.key()));
            await(() -> a.find(made.secret()).isPresent());
            assertEquals(1, a.list().size());
        }
    }
}
