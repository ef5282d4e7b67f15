package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigFile;
import dev.vivace.config.ConfigWatch;
import dev.vivace.limit.LocalBuckets;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A change of the file applies whole to new calls, or not at all, and no call is lost by it. */
@Timeout(120)
final class ReloadTest {
    private static final int LOOPS = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    private static final UnaryOperator<Config> FLAGS =
            written -> written.withServer(written.server().at("127.0.0.1", 0));

    private final Path file;
    private final CountDownLatch go = new CountDownLatch(1);
    private final Semaphore answered = new Semaphore(0);
    private final Upstream a;
    private final Upstream b;
    private final Gateway gateway;
    private final ConfigWatch watch;

    ReloadTest(@TempDir Path folder) throws IOException {
        file = folder.resolve("vivace.yaml");
        a = Upstream.start(this::reply);
        b = Upstream.start(this::reply);
        gateway = Gateway.start(FLAGS.apply(read(toA("K1"))));
        watch = gateway.watching(file, FLAGS, ReloadTest::none);
    }

    @AfterEach
    void stop() throws IOException {
        go.countDown();
        gateway.close();
        a.close();
        b.close();
    }

    private static Optional<String> none(String variable) {
        return Optional.empty();
    }

    private Config read(String yaml) throws IOException {
        return ConfigFile.load(Files.writeString(file, yaml), ReloadTest::none);
    }

    private void reload(String yaml) throws IOException {
        Files.writeString(file, yaml);
        watch.check();
        watch.check();
    }

    private String toA(String key) {
        return """
        upstreams: { a: { url: "%s", keys: [%s] } }
        models: { m-1: { chain: [a/real-a] } }
        """
                .formatted(a.url(), key);
    }

    private String toB() {
        return """
        upstreams: { b: { url: "%s" } }
        models: { m-1: { chain: [b/real-b] } }
        """
                .formatted(b.url());
    }

    /** Half of a stream that is held, and the rest when the test says so. */
    private void reply(Upstream.Call call, Upstream.Reply reply) throws Exception {
        if (!call.text().contains("held")) {
            Chat.reply(call, reply);
            return;
        }
        if (call.text().contains("\"input\"")) {
            go.await();
            reply.json(200, "{\"data\":[{\"index\":0,\"embedding\":[0.5]}]}");
            return;
        }
        List<String> events = Chat.events(false, "stop", "one", "two");
        reply.begin("text/event-stream");
        reply.chunk(events.getFirst());
        go.await();
        for (String event : events.subList(1, events.size())) {
            reply.chunk(event);
        }
        reply.end();
    }

    private int ask(String question) throws IOException {
        return Wire.ask(gateway.address(), Chat.PATH, Chat.ask(question)).head().status();
    }

    private JsonNode reported() throws IOException {
        return reported(gateway.address());
    }

    private String metrics() throws IOException {
        return Wire.get(gateway.address(), "/metrics").text();
    }

    private String ready() throws IOException {
        return Wire.get(gateway.address(), "/readyz").text();
    }

    private static JsonNode reported(URI address) throws IOException {
        String page = Wire.get(address, "/admin/config").text();
        return JsonMapper.shared().readTree(page).get("reload");
    }

    private void oneDeliveryIsLeft() throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (gateway.deliveries() > LOOPS && System.nanoTime() < deadline) {
            Thread.onSpinWait(); // it asks the event loop, which forgets within its next sweep
        }
        assertEquals(LOOPS, gateway.deliveries());
    }

    /** However many names clients made up before it was asked for. */
    @Test
    void aConfiguredModelHasALabelInTheMetrics() throws Exception {
        String body = "{\"model\":\"%s\",\"messages\":[]}";
        for (int i = 0; i < 60; i++) {
            Wire.ask(gateway.address(), Chat.PATH, body.formatted("made-up-" + i));
        }
        assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, body.formatted("m-1")).status());
        String metrics = "";
        for (int i = 0; i < 1_000 && !metrics.contains("model=\"m-1\""); i++) {
            metrics = Wire.get(gateway.address(), "/metrics").text();
        }
        assertTrue(metrics.contains("model=\"m-1\""));
        assertTrue(metrics.contains("model=\"made-up-1\""));
        assertFalse(metrics.contains("model=\"made-up-59\""));
    }

    @Test
    void aStreamEndsWithWhatItBeganWith() throws Exception {
        try (var stream = new Wire(gateway.address())) {
            Wire.Head head = stream.post(Chat.PATH, Chat.stream("held")).head();
            assertTrue(stream.chunk().length > 0);
            reload(toB());
            assertEquals(LOOPS + 1, gateway.deliveries());
            assertEquals(200, ask("new"));
            assertTrue(b.only().text().contains("real-b"), b.only().text());
            go.countDown();
            String rest = stream.rest(head).text();
            assertTrue(rest.contains("two") && rest.endsWith(Chat.DONE), rest);
        }
        assertEquals(1, a.calls().size());
        assertTrue(reported().get("applied").booleanValue());
        oneDeliveryIsLeft();
        a.awaitOpen(0);
    }

    /** Its body was still coming when its configuration was replaced. */
    @Test
    void aCallThatWasBeingReadEndsWithWhatItBeganWith() throws Exception {
        byte[] body = Chat.ask("held").getBytes(StandardCharsets.UTF_8);
        byte[] call = Wire.bytes("POST", Chat.PATH, body, "Expect: 100-continue");
        try (var wire = new Wire(gateway.address())) {
            wire.send(Arrays.copyOf(call, call.length - 5));
            assertEquals(100, wire.head().status()); // it has begun
            reload(toB());
            oneDeliveryIsLeft();
            wire.send(Arrays.copyOfRange(call, call.length - 5, call.length));
            a.await(1);
            assertEquals(LOOPS + 1, gateway.deliveries());
            go.countDown();
            assertEquals(200, wire.answer().status());
        }
        oneDeliveryIsLeft();
        a.awaitOpen(0);
    }

    @Test
    void aBadFileIsRejectedWholeAndSaysWhy() throws Exception {
        assertTrue(reported().isNull());
        reload(toB() + "cache: { tll: 1s }\n");
        JsonNode rejected = reported();
        assertFalse(rejected.get("applied").booleanValue());
        assertTrue(metrics().contains("vivace_config_applied 0\n"));
        assertTrue(ready().contains("with it, the gateway would not start"), ready());
        JsonNode problem = rejected.get("problems").get(0);
        assertEquals("cache.tll", problem.get("path").stringValue());
        assertEquals(3, problem.get("line").intValue());
        assertEquals(200, ask("old"));
        assertEquals(1, a.calls().size());

        reload(toB() + "limits: { in-flight: 100MB }\n");
        assertEquals(
                "limits.in-flight", reported().get("problems").get(0).get("path").stringValue());
        assertTrue(ready().contains("its last change needs a restart"), ready());
        assertEquals(200, ask("still old"));
        assertEquals(2, a.calls().size());

        reload(toB());
        assertTrue(reported().get("applied").booleanValue());
        assertTrue(metrics().contains("vivace_config_applied 1\n"));
        assertEquals(200, ask("fixed"));
        assertEquals(2, a.calls().size());
        assertEquals(1, b.calls().size());
    }

    @Test
    void keysAreRotatedOnConnectionsThatStay() throws Exception {
        assertEquals(200, ask("first"));
        reload(toA("K2"));
        assertEquals(200, ask("second"));
        assertEquals(
                List.of("Bearer K1", "Bearer K2"),
                a.calls().stream().map(call -> call.header("authorization").orElse("")).toList());
        assertEquals(1, a.connections());
        oneDeliveryIsLeft();
    }

    @Test
    void theCacheIsResizedAndSwitchedOff() throws Exception {
        assertEquals(200, ask("stored"));
        reload(toA("K1") + "cache: { mode: off, max: 2MB }\n");
        assertEquals(200, ask("stored"));
        assertEquals(2, a.calls().size());
        String statistics = Wire.get(gateway.address(), "/admin/cache").text();
        assertTrue(statistics.contains("\"max_bytes\":" + (2 << 20)), statistics);
    }

    /** What gathered it is retired, and told nothing of what is forgotten since. */
    @Test
    void aVectorOnItsWayThatIsForgottenAfterAReloadIsNotStored() throws Exception {
        String path = "/v1/embeddings";
        String body = "{\"model\":\"m-1\",\"input\":[\"held\"]}";
        try (var wire = new Wire(gateway.address())) {
            wire.post(path, body);
            a.await(1);
            reload(toA("K1") + "cache: { ttl: 2h }\n");
            assertTrue(reported().get("applied").booleanValue());
            String all = "{\"all\":true}";
            assertEquals(200, Wire.ask(gateway.address(), "/admin/cache/invalidate", all).status());
            go.countDown();
            assertEquals(200, wire.answer().status());
        }
        assertEquals("MISS", Wire.ask(gateway.address(), path, body).cache());
        assertEquals("HIT", Wire.ask(gateway.address(), path, body).cache());
        assertEquals(2, a.calls().size());
    }

    @Test
    void noCallIsLostWhileTheFileChanges() throws Exception {
        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            var answers = new ArrayList<Future<List<Integer>>>();
            for (int i = 0; i < 8; i++) {
                int caller = i;
                answers.add(callers.submit((Callable<List<Integer>>) () -> calls(caller)));
            }
            for (int i = 0; i < 5; i++) {
                answered.acquire(30);
                reload(i % 2 == 0 ? toB() : toA("K" + i));
                assertTrue(reported().get("applied").booleanValue());
            }
            for (Future<List<Integer>> each : answers) {
                assertEquals(Set.of(200), Set.copyOf(each.get()));
            }
        }
        assertEquals(200, a.calls().size() + b.calls().size());
        Gateways.awaitIdle(gateway);
        oneDeliveryIsLeft();
        a.awaitOpen(0);
    }

    /** On one connection, so that some of them come over one that was there before. */
    private List<Integer> calls(int caller) throws IOException {
        var statuses = new ArrayList<Integer>();
        try (var wire = new Wire(gateway.address())) {
            for (int i = 0; i < 25; i++) {
                wire.post(Chat.PATH, Chat.ask("question " + caller + " " + i));
                statuses.add(wire.answer().status());
                answered.release();
            }
        }
        return statuses;
    }

    @Test
    void whatIsKnownOfAnUpstreamThatStaysTheSameStaysKnown() throws IOException {
        Config both = read(toA("K1") + "cache: { ttl: 5s }");
        Config other = read(toA("K2"));
        var before = new Upstreams(gateway.config(), System::nanoTime, new LocalBuckets());
        assertSame(before.state("a"), before.after(both).state("a"));
        assertNotSame(before.state("a"), before.after(other).state("a"));
        Config patient = gateway.config().toBuilder().retries(Gateways.NEVER_AGAIN).build();
        assertNotSame(before.state("a"), before.after(patient).state("a"));
    }

    @Test
    void nobodyWatchesAnyMoreWhenItIsClosed() throws Exception {
        Set<Thread> others = watching();
        gateway.watch(file, FLAGS, ReloadTest::none);
        var own = watching();
        own.removeAll(others);
        assertEquals(1, own.size());
        gateway.close();
        assertTrue(own.iterator().next().join(Duration.ofSeconds(20)));
    }

    /** The program, with a flag that the file says otherwise. */
    @Test
    void aProgramReloadsAndSaysWhatItRejects() throws Exception {
        String port = "server: { port: 1 }\n";
        Files.writeString(file, toA("K1") + port);
        Process serving = program("serve", "--port", "0", "--config", file.toString());
        try (BufferedReader out = serving.inputReader();
                BufferedReader err = serving.errorReader()) {
            URI address = URI.create(out.readLine().split(" ")[2]);
            Files.writeString(file, toB() + "nonsense: 1\n" + port);
            assertEquals(2, program("validate", file.toString()).waitFor());
            String line = err.readLine();
            while (line != null && !line.contains("is rejected")) {
                line = err.readLine();
            }
            assertTrue(String.valueOf(line).contains("vivace.yaml:3: nonsense"), line);
            assertEquals(200, Wire.ask(address, Chat.PATH, Chat.ask("old")).status());
            assertEquals("Bearer K1", a.only().header("authorization").orElse(""));

            Files.writeString(file, toB() + port);
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (!reported(address).get("applied").booleanValue()) {
                assertTrue(System.nanoTime() < deadline, () -> "never applied");
            }
            assertEquals(200, Wire.ask(address, Chat.PATH, Chat.ask("new")).status());
            assertTrue(b.only().text().contains("real-b"));
            serving.toHandle().destroy();
            assertTrue(serving.waitFor(40, TimeUnit.SECONDS));
            assertEquals(0, serving.exitValue());
        } finally {
            serving.destroyForcibly();
        }
    }

    private static Process program(String... arguments) throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add("dev.vivace.cli.Main");
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }

    private static Set<Thread> watching() {
        var found = new HashSet<Thread>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().equals("vivace-config")) {
                found.add(thread);
            }
        }
        return found;
    }
}
