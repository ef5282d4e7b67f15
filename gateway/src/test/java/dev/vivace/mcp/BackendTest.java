package dev.vivace.mcp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.ToolServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** One server that misbehaves, without the gateway before it. */
@Timeout(60)
class BackendTest {
    private static final String HELLO =
            "read hello; echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{}}}'; ";

    private static Backend start(ToolServer options, Duration pulse) throws InterruptedException {
        var backend = new Backend("odd", options, "1", (who, kind) -> {}, pulse);
        backend.start();
        backend.awaitTried(System.nanoTime() + Duration.ofSeconds(30).toNanos());
        return backend;
    }

    private static Backend start(OddServer server) throws InterruptedException {
        return start(server.options(), Duration.ofMillis(20));
    }

    private static Backend shell(String script, Duration pulse) throws InterruptedException {
        return start(
                new ToolServer.Local(
                        "sh", List.of("-c", script), Map.of(), ToolServer.Terms.DEFAULT),
                pulse);
    }

    /** Ends with the test's time if it never comes true. */
    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
            assertFalse(Thread.currentThread().isInterrupted(), "it never came true");
        }
    }

    private static String untilDown(Backend backend) {
        var why = new AtomicReference<>("");
        until(() -> {
            why.set(backend.problem().orElse(""));
            return !why.get().isEmpty();
        });
        return why.get();
    }

    private static List<String> names(Backend backend, Kind kind) {
        return backend.list(kind).stream().map(one -> one.path("name").asString()).toList();
    }

    private static JsonNode call(Backend backend) throws Exception {
        return backend.ask("tools/call", Rpc.object().put("name", "t"), Optional.empty());
    }

    // ---- what its log and its figures say

    @Test
    void theLastWordsOfAProgramAreInTheLogWithoutWhatItWasGiven() throws Exception {
        var said = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        var options =
                new ToolServer.Local(
                        "sh",
                        List.of(
                                "-c",
                                "read hello; echo early >&2; printf 'bad \\033[31moption %s %s %0500d\\n\\n' \"${0#*=}\" \"$PASS\" 7 >&2; exit 3",
                                "--token=s3cr3t"),
                        Map.of("PASS", "hunter22"),
                        ToolServer.Terms.DEFAULT);
        try (Backend backend = start(options, Duration.ofDays(1))) {
            until(() -> said.toString(StandardCharsets.UTF_8).contains("it said last: "));
            String log =
                    said.toString(StandardCharsets.UTF_8)
                            .lines()
                            .filter(line -> line.contains("it said last: "))
                            .findFirst()
                            .orElseThrow();
            assertTrue(log.contains("its process ended with exit code 3; "), log);
            assertTrue(log.contains("it said last: bad  [31moption *** *** 0000"), log);
            assertTrue(log.endsWith("0..."), log);
            assertTrue(log.substring(log.indexOf("bad")).length() <= 303, log);
            assertFalse(
                    backend.problem().orElse("").contains("option"), backend.problem()::toString);
        } finally {
            System.setErr(before);
        }
    }

    @Test
    void restartsAreCounted() throws Exception {
        try (Backend backend = shell("exit 3", Duration.ofDays(1))) {
            until(() -> backend.restarts() >= 2);
        }
        try (Backend backend = shell(HELLO + "read more; cat", Duration.ofDays(1))) {
            assertEquals(Optional.empty(), backend.problem());
            assertEquals(0, backend.restarts());
        }
    }

    @Test
    void aProgramIsNamedButNothingThatMayBeAnArgument() throws Exception {
        for (String command : List.of("/no/such/tool", "no-such --key=s3cr3t", "/no/such/a b")) {
            var options =
                    new ToolServer.Local(command, List.of(), Map.of(), ToolServer.Terms.DEFAULT);
            try (Backend backend = start(options, Duration.ofDays(1))) {
                String named = command.equals("/no/such/tool") ? " tool" : "";
                assertEquals(
                        "the program" + named + " cannot be started (is it there and executable?)",
                        untilDown(backend));
            }
        }
    }

    /** Also where it ends while it is being sent something. */
    @Test
    void howAProgramEndedIsToldInTheSameWayEachTime() throws Exception {
        try (Backend backend = shell("exec 0<&-; exit 3", Duration.ofDays(1))) {
            for (int i = 0; i < 5; i++) {
                long before = backend.restarts();
                assertEquals("its process ended with exit code 3", untilDown(backend));
                backend.again();
                until(() -> backend.restarts() > before);
                until(() -> !backend.problem().equals(Optional.of(BackendLoop.BY_HAND)));
            }
        }
    }

    @Test
    void whatIsNoMessageIsItsLastWordIfThereIsNoOther() throws Exception {
        var said = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        String broken = "echo '{\"result\": \"what was told to somebody'; ";
        try (Backend backend = shell("echo Welcome; " + broken + "exit 3", Duration.ofDays(1))) {
            until(() -> said.toString(StandardCharsets.UTF_8).contains("it said last: "));
            String log = said.toString(StandardCharsets.UTF_8);
            assertTrue(log.contains("where messages belong) Welcome"), log);
            assertFalse(log.contains("somebody"), log);
            assertTrue(backend.problem().isPresent());
        } finally {
            System.setErr(before);
        }
    }

    // ---- begun anew by hand

    @Test
    void oneThatIsUpIsStartedAgain() throws Exception {
        try (Backend backend = shell(HELLO + "read more; cat", Duration.ofDays(1))) {
            assertEquals(Optional.empty(), backend.problem());
            backend.again();
            until(() -> backend.restarts() == 1 && backend.problem().isEmpty());
        }
    }

    /** With the pauses in between this would take three minutes. */
    @Test
    void oneThatIsDownIsAskedAtOnce() throws Exception {
        var nobody =
                new ToolServer.Remote(
                        URI.create("http://127.0.0.1:1/mcp"), Map.of(), ToolServer.Terms.DEFAULT);
        try (Backend backend = start(nobody, Duration.ofDays(1))) {
            for (int i = 0; i < 13; i++) {
                long before = backend.restarts();
                backend.again();
                until(() -> backend.restarts() > before);
                until(() -> backend.problem().equals(Optional.of(HttpLink.UNREACHABLE)));
            }
        }
    }

    @Test
    void manyWhoWantItAtOnceGetOneThatWorks() throws Exception {
        try (Backend backend = shell(HELLO + "read more; cat", Duration.ofDays(1))) {
            for (int i = 0; i < 50; i++) {
                Thread.ofVirtual().start(backend::again);
            }
            until(() -> backend.restarts() >= 1 && backend.problem().isEmpty());
        }
    }

    // ---- over HTTP

    @Test
    void aServerThatIsBusyKeepsItsSession() throws Exception {
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{},\"prompts\":{},\"resources\":{}}",
                                asked -> {
                                    switch (asked.what()) {
                                        case "ping" -> asked.status(503);
                                        case "GET" -> asked.exchange().close();
                                        case "prompts/list" ->
                                                asked.message(
                                                        "\"error\":{\"code\":-32603,\"message\":\"no\"}");
                                        case "resources/list" -> asked.status(500);
                                        default -> {
                                            return false;
                                        }
                                    }
                                    return true;
                                });
                Backend backend = start(server)) {
            assertEquals(Optional.empty(), backend.problem());
            until(() -> server.times("ping") >= 3 && server.times("GET") >= 2);
            assertEquals(Optional.empty(), backend.problem());
            assertEquals(List.of("t"), names(backend, Kind.TOOLS));
            assertEquals(1, server.times("initialize"));
        }
    }

    @Test
    void aListThatDoesNotComeAgainStaysAsItWas() throws Exception {
        var lists = new AtomicInteger();
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{}}",
                                asked -> {
                                    switch (asked.what()) {
                                        case "GET" ->
                                                asked.events(
                                                        "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n");
                                        case "tools/list" -> {
                                            if (lists.incrementAndGet() == 1) {
                                                return false;
                                            }
                                            asked.status(500);
                                        }
                                        default -> {
                                            return false;
                                        }
                                    }
                                    return true;
                                });
                Backend backend = start(server)) {
            until(() -> lists.get() >= 2);
            long pings = server.times("ping");
            until(() -> server.times("ping") > pings + 1);
            assertEquals(Optional.empty(), backend.problem());
            assertEquals(List.of("t"), names(backend, Kind.TOOLS));
            assertEquals(1, server.times("initialize"));
        }
    }

    @Test
    void itHearsThatWeAreReadyBeforeAnythingElse() throws Exception {
        var listed = new CountDownLatch(1);
        var early = new AtomicBoolean();
        var version = new AtomicBoolean();
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{}}",
                                asked -> {
                                    switch (asked.what()) {
                                        case "notifications/initialized" -> {
                                            version.set(
                                                    asked.header("mcp-protocol-version")
                                                            .equals("2025-11-25"));
                                            early.set(awaited(listed, 200));
                                        }
                                        case "tools/list" -> listed.countDown();
                                        default -> {}
                                    }
                                    return false;
                                });
                Backend backend = start(server)) {
            assertEquals(Optional.empty(), backend.problem());
            assertFalse(early.get(), "it was asked before");
            assertTrue(version.get(), "which version was not said");
        }
    }

    private static boolean awaited(CountDownLatch latch, long millis) {
        try {
            return latch.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void listsComeInPages() throws Exception {
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{}}",
                                asked -> {
                                    if (!asked.what().equals("tools/list")) {
                                        return false;
                                    }
                                    int page =
                                            asked.message()
                                                            .at("/params/cursor")
                                                            .asString("p0")
                                                            .charAt(1)
                                                    - '0';
                                    asked.result(
                                            "{\"tools\":["
                                                    + OddServer.tool("t" + page, "")
                                                    + "]"
                                                    + (page < 2
                                                            ? ",\"nextCursor\":\"p"
                                                                    + (page + 1)
                                                                    + "\""
                                                            : "")
                                                    + "}");
                                    return true;
                                });
                Backend backend = start(server)) {
            assertEquals(List.of("t0", "t1", "t2"), names(backend, Kind.TOOLS));
        }
    }

    @Test
    void onlySoManyBytesOfAListAreKept() throws Exception {
        var count = new AtomicInteger();
        String long1 = "x".repeat(200_000);
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{}}",
                                asked -> {
                                    if (!asked.what().equals("tools/list")) {
                                        return false;
                                    }
                                    var tools = new StringBuilder();
                                    tools.append(OddServer.tool("huge", long1 + long1));
                                    for (int i = 0; i < 10; i++) {
                                        tools.append(',')
                                                .append(
                                                        OddServer.tool(
                                                                "t" + count.incrementAndGet(),
                                                                long1));
                                    }
                                    // There is always more.
                                    asked.result(
                                            "{\"tools\":[" + tools + "],\"nextCursor\":\"c\"}");
                                    return true;
                                });
                Backend backend = start(server)) {
            List<String> names = names(backend, Kind.TOOLS);
            assertEquals(41, names.size());
            assertFalse(names.contains("huge"));
            assertEquals(5, server.times("tools/list"));
        }
    }

    @Test
    void aServerThatDoesNotKnowTheSessionAnyMoreGetsAnother() throws Exception {
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{}}",
                                asked -> {
                                    if (asked.what().equals("tools/call")) {
                                        if (asked.header("mcp-session-id").equals("s1")) {
                                            asked.status(404);
                                        } else {
                                            asked.result("{\"content\":[]}");
                                        }
                                        return true;
                                    }
                                    return false;
                                });
                Backend backend = start(server)) {
            var lost = assertThrows(IOException.class, () -> call(backend));
            assertTrue(String.valueOf(lost.getMessage()).contains("does not know us any more"));
            until(() -> server.times("initialize") == 2 && backend.problem().isEmpty());
            assertEquals("{\"content\":[]}", call(backend).toString());
        }
    }

    @Test
    void itIsToldWhenTheGatewayEnds() throws Exception {
        var session = new CountDownLatch(1);
        try (OddServer server =
                new OddServer(
                        "{\"tools\":{}}",
                        asked -> {
                            if (asked.what().equals("DELETE")
                                    && asked.header("mcp-session-id").equals("s1")) {
                                session.countDown();
                            }
                            return false;
                        })) {
            start(server).close();
            assertTrue(session.await(0, TimeUnit.SECONDS), server.seen.toString());
        }
    }

    @Test
    void anAnswerWhoseStreamWasEndedIsAskedForAgain() throws Exception {
        var asks = new AtomicInteger();
        var answer = new AtomicInteger();
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{}}",
                                asked -> {
                                    if (asked.what().equals("tools/call")) {
                                        answer.set(asked.message().path("id").asInt());
                                        asked.events("retry: 1\nid: e1\ndata:\n\n");
                                        return true;
                                    }
                                    if (asked.what().equals("GET")
                                            && asked.header("last-event-id").equals("e1")) {
                                        if (asks.incrementAndGet() == 1) {
                                            asked.status(503);
                                        } else {
                                            asked.events(
                                                    "data: {\"jsonrpc\":\"2.0\",\"id\":"
                                                            + answer.get()
                                                            + ",\"result\":{\"n\":7}}\n\n");
                                        }
                                        return true;
                                    }
                                    return false;
                                });
                Backend backend = start(server)) {
            assertEquals("{\"n\":7}", call(backend).toString());
            assertEquals(2, asks.get());
            assertEquals(1, server.times("tools/call"));
        }
    }

    @Test
    void aServerThatIsGoneIsNotAskedForTheRestForEver() throws Exception {
        var asked = new CountDownLatch(1);
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{}}",
                                one -> {
                                    if (one.what().equals("tools/call")) {
                                        one.events("retry: 1\nid: e1\ndata:\n\n");
                                        return true;
                                    }
                                    if (one.what().equals("GET")
                                            && one.header("last-event-id").equals("e1")) {
                                        asked.countDown();
                                        one.status(503);
                                        return true;
                                    }
                                    return false;
                                });
                Backend backend = start(server)) {
            Thread.ofVirtual()
                    .start(() -> {
                        if (awaited(asked, 20_000)) {
                            server.close();
                        }
                    });
            var gone = assertThrows(IOException.class, () -> call(backend));
            assertTrue(
                    String.valueOf(gone.getMessage()).contains("nobody answers at its address"),
                    gone.getMessage());
        }
    }

    @Test
    void whatAServerAsksTooFastIsNotAnswered() throws Exception {
        var released = new CountDownLatch(1);
        var answers = new AtomicInteger();
        try (OddServer server =
                        new OddServer(
                                "{\"tools\":{}}",
                                asked -> {
                                    if (asked.what().equals("GET") && answers.get() == 0) {
                                        var events = new StringBuilder();
                                        for (int i = 0; i < 200; i++) {
                                            events.append(
                                                    "data: {\"jsonrpc\":\"2.0\",\"id\":"
                                                            + i
                                                            + ",\"method\":\"ping\"}\n\n");
                                        }
                                        asked.events(
                                                events
                                                        + "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n");
                                        return true;
                                    }
                                    if (asked.what().equals("POST")) {
                                        answers.incrementAndGet();
                                        var unused = awaited(released, 50_000);
                                    }
                                    return false;
                                });
                Backend backend = start(server)) {
            until(() -> answers.get() >= HttpLink.MOST_REPLIES);
            // Which comes behind all that it asks.
            until(() -> server.times("tools/list") == 2);
            assertEquals(HttpLink.MOST_REPLIES, answers.get());
            released.countDown();
            assertEquals(Optional.empty(), backend.problem());
        }
    }

    // ---- on standard input and output

    @Test
    void aChildMaySayGoodbye(@TempDir Path folder) throws Exception {
        Path said = folder.resolve("said");
        String goodbye = "trap 'sleep 0.1; echo bye > " + said + "; exit 0' TERM; ";
        try (Backend backend =
                shell(
                        HELLO + goodbye + "while :; do sleep 60 & wait; done",
                        Duration.ofMinutes(1))) {
            assertEquals(Optional.empty(), backend.problem());
        }
        assertEquals("bye\n", Files.readString(said));
    }

    @Test
    void whatAChildHasStartedEndsWithIt(@TempDir Path folder) throws Exception {
        Path pid = folder.resolve("pid");
        // It ends when it is told to begin, and its own child keeps its output open.
        String once = "[ -e " + pid + " ] && exit 9; ";
        String starts = "sleep 600 & echo $! > " + pid + "; ";
        try (Backend backend =
                shell(once + starts + HELLO + "read ready; exit 3", Duration.ofMinutes(1))) {
            until(() -> untilDown(backend).equals("its process ended with exit code 3"));
        }
        long grandchild = Long.parseLong(Files.readString(pid).strip());
        Optional<ProcessHandle> left = ProcessHandle.of(grandchild);
        if (left.isPresent()) {
            var unused = left.get().onExit().get();
        }
    }

    @Test
    void aChildThatDoesNotListenAnyMoreIsStartedAgain() throws Exception {
        try (Backend backend = shell(HELLO + "exec 0<&-; exec sleep 600", Duration.ofMillis(20))) {
            assertEquals("its process closed its standard input", untilDown(backend));
        }
    }
}
