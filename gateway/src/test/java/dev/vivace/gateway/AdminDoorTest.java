package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators ask, and ask wrongly. */
@Timeout(30)
final class AdminDoorTest {
    private static final URI NOWHERE = URI.create("http://127.0.0.1:9/v1");
    private static final String FORGET = "/admin/cache/invalidate";

    @TempDir Path directory;

    @Test
    void readyListsWhatItLookedAt() throws Exception {
        try (var gateway = Gateways.keeping(NOWHERE, directory)) {
            Wire.Answer ready = Wire.get(gateway.address(), "/readyz");
            assertEquals(200, ready.status());
            assertEquals(
                    "{\"status\":\"ok\",\"checks\":{\"cache\":\"ok\",\"configuration\":\"ok\",\"ledger\":\"ok\",\"serving\":\"ok\",\"upstream default\":\"ok\"}}",
                    ready.text());
            assertEquals("{\"status\":\"ok\"}", Wire.get(gateway.address(), "/healthz").text());
        }
    }

    @Test
    void aGatewayThatIsToEndIsAliveButNotReady() throws Exception {
        try (var gateway = Gateways.to(NOWHERE)) {
            gateway.readiness().stop();
            Wire.Answer ready = Wire.get(gateway.address(), "/readyz");
            assertEquals(503, ready.status());
            assertTrue(ready.text().contains("\"status\":\"not ready\""), ready.text());
            assertTrue(ready.text().contains("\"serving\":\"the gateway is shutting down\""));
            assertEquals(200, Wire.get(gateway.address(), "/healthz").status());
        }
    }

    @Test
    void closingSaysNotReadyFirst() {
        var gateway = Gateways.to(NOWHERE);
        gateway.close();
        assertFalse(gateway.readiness().report().ready());
    }

    @Test
    void aLedgerThatCannotBeWrittenIsNotReadyUntilItCan() throws Exception {
        Path ledger = directory.resolve("ledger");
        try (var upstream = Upstream.start(Chat::reply);
                var gateway = Gateways.keeping(upstream.url(), directory)) {
            Files.createFile(ledger);
            Wire.ask(gateway.address(), Chat.PATH, Chat.ask("unwritten"));
            Wire.Answer ready = awaitReady(gateway, 503);
            assertTrue(ready.text().contains("the ledger cannot be written"), ready.text());
            assertTrue(ready.text().contains("\"serving\":\"ok\""), ready.text());
            Files.delete(ledger);
            awaitReady(gateway, 200);
        }
    }

    private static Wire.Answer awaitReady(Gateway gateway, int status) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        Wire.Answer ready = Wire.get(gateway.address(), "/readyz");
        while (ready.status() != status && System.nanoTime() < deadline) {
            ready = Wire.get(gateway.address(), "/readyz");
        }
        assertEquals(status, ready.status(), ready.text());
        return ready;
    }

    @Test
    void theConfigurationIsShownWithoutItsSecrets() throws Exception {
        try (var gateway = Gateways.keyed(NOWHERE, Config.Protocol.OPENAI, "sk-secret")) {
            Wire.Answer shown = Wire.get(gateway.address(), "/admin/config");
            assertEquals(200, shown.status());
            assertFalse(shown.text().contains("sk-"), shown.text());
            assertTrue(shown.text().contains("\"keys\":[\"***\"]"), shown.text());
            assertTrue(shown.text().contains("\"in-flight\":\"192MB\""), shown.text());
            assertTrue(shown.text().contains("\"gpt-4o-mini\":{\"input\":0.15"), shown.text());
            assertEquals(Optional.of("no-store"), shown.head().header("cache-control"));
        }
    }

    @Test
    void whatTheHeapCannotHoldIsSaidAtTheStart() {
        var said = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            Gateways.limited(NOWHERE, new Config.Limits(1 << 20, 900L << 30)).close();
        } finally {
            System.setErr(before);
        }
        String text = said.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("limits.in-flight (900GB) and cache.max (64MB)"), text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "abc",
                "-1",
                "0",
                "2001",
                "1e9",
                "1000000000",
                "99999999999999999999",
                "1.5",
                "%2B5",
                "%D9%A5",
                "",
                "+",
                "0x10",
                "%00",
                "1%0A"
            })
    void aLimitThatIsNone(String limit) throws Exception {
        try (var gateway = Gateways.to(NOWHERE)) {
            Wire.Answer answer = Wire.get(gateway.address(), "/admin/ledger?limit=" + limit);
            assertEquals(400, answer.status());
            assertTrue(answer.text().contains("\"param\":\"limit\""), answer.text());
            assertTrue(answer.text().contains("from 1 to 1000"), answer.text());
        }
    }

    @ParameterizedTest
    @CsvSource({"since,-1", "since,x", "step,0", "step,721", "step,"})
    void aTimeThatIsNone(String name, String value) throws Exception {
        try (var gateway = Gateways.to(NOWHERE)) {
            String query = name + "=" + (value == null ? "" : value);
            Wire.Answer answer = Wire.get(gateway.address(), "/admin/stats?" + query);
            assertEquals(400, answer.status());
            assertTrue(answer.text().contains("\"param\":\"" + name + "\""), answer.text());
        }
    }

    private record Wrong(String body, int status, List<String> says) {}

    private static Wrong wrong(String body, String... says) {
        return new Wrong(body, 400, List.of(says));
    }

    private static Stream<Wrong> wrongs() {
        return Stream.of(
                wrong("", "the document ends", "line 1, column 1"),
                wrong(" \n ", "the document ends", "line 2"),
                wrong("{}", "all: true"),
                wrong("{\"all\":false}", "all: true"),
                wrong("null", "expected an object"),
                wrong("[]", "expected an object"),
                wrong("[{\"all\":true}]", "expected an object"),
                wrong("\"all\"", "expected an object"),
                wrong("{\"all\":true}{\"all\":true}", "end of the document", "column 13"),
                wrong("{\"all\":true", "ends inside an object"),
                wrong("{\"all\":1}", "'all' must be true or false", "column 8"),
                wrong("{\"all\":\"true\"}", "'all' must be true or false"),
                wrong("{\"all\":null}", "'all' must be true or false"),
                wrong("{\"all\":truely}", "column"),
                wrong("{\"ALL\":true}", "'ALL'", "scope, model, tag, pattern, all"),
                wrong("{\"all\":true,\"modle\":\"m\"}", "'modle'", "column 21"),
                wrong("{\"all\":false,\"all\":true}", "'all' is there twice"),
                wrong("{\"model\":\"a\",\"model\":\"m-1\"}", "'model' is there twice"),
                wrong("{\"model\":null}", "'model' must be a string", "column 10"),
                wrong("{\"model\":[\"m-1\"]}", "'model' must be a string"),
                wrong("{\"scope\":7}", "'scope' must be a string"),
                wrong("{\"pattern\":{}}", "'pattern' must be a string"),
                wrong("{\"tag\":true}", "'tag' must be a string"),
                wrong("{\"tag\":\"team\"}", "'tag' must be NAME=VALUE"),
                wrong("{\"tag\":\"=a\"}", "'tag' must be NAME=VALUE"),
                wrong("{\"pattern\":\"\u00ff\u00fe\"}", "UTF-8", "column"),
                wrong("\u00ef\u00bb\u00bf{\"all\":true}", "expected an object"),
                wrong("{\"" + "x".repeat(1_000) + "\":1}", "'" + "x".repeat(100) + "...'"),
                new Wrong(
                        "{\"all\":true,\"pattern\":\"" + "*".repeat(70_000) + "\"}",
                        413,
                        List.of("65536 bytes", FORGET)));
    }

    @ParameterizedTest
    @MethodSource("wrongs")
    void aWrongRequestToForgetForgetsNothing(Wrong wrong) throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway = Gateways.to(upstream.url())) {
            Wire.ask(gateway.address(), Chat.PATH, Chat.ask("kept"));
            byte[] body = wrong.body().getBytes(StandardCharsets.ISO_8859_1);
            try (var wire = new Wire(gateway.address())) {
                Wire.Answer answer = wire.request("POST", FORGET, body).answer();
                assertEquals(wrong.status(), answer.status(), answer.text());
                for (String part : wrong.says()) {
                    assertTrue(answer.text().contains(part), part + " in " + answer.text());
                }
                assertFalse(answer.text().contains("limits.body"), answer.text());
            }
            Wire.Answer cache = Wire.get(gateway.address(), "/admin/cache");
            assertTrue(cache.text().startsWith("{\"entries\":1,"), cache.text());
            Wire.Answer forgotten = Wire.ask(gateway.address(), FORGET, "{\"all\":true}");
            assertEquals("{\"removed\":1}", forgotten.text());
        }
    }
}
