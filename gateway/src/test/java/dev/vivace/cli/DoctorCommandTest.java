package dev.vivace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.gateway.Gateway;
import dev.vivace.replay.FakeModel;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class DoctorCommandTest {
    private static final Map<String, Supplier<String>> PAGES =
            Map.of(
                    "/readyz",
                    () -> "{\"ready\":true}",
                    "/admin/cache",
                    () ->
                            "{\"entries\":3,\"bytes\":4096,\"max_bytes\":67108864,\"hits\":12,\"misses\":3,\"evictions\":0}",
                    "/admin/tools",
                    () -> "{\"servers\":[],\"tools\":[],\"recommendations\":[],\"results\":null}",
                    "/admin/features",
                    () ->
                            """
                            {"features": [
                              {"name": "exact-cache", "on": true, "ran": 12, "saved_usd": 0.5, "saved_tokens": 310, "note": "hit 12"},
                              {"name": "breaker", "on": true, "stands_by": true, "ran": 0, "saved_usd": 0, "saved_tokens": 0, "note": ""},
                              {"name": "join", "on": true, "ran": 0, "saved_usd": 0, "saved_tokens": 0, "note": ""},
                              {"name": "embedding-batch", "on": false, "ran": 0, "saved_usd": 0, "saved_tokens": 0, "note": ""}]}\
                            """);

    private static FakeModel gateway(Map<String, Supplier<String>> pages) throws IOException {
        return new FakeModel(
                body -> {
                    throw new AssertionError("a doctor makes no calls");
                },
                pages);
    }

    private static String line(Ran ran, String name) {
        return ran.out().lines().filter(l -> l.contains("  " + name)).findFirst().orElse("");
    }

    @Test
    void eachFeatureHasItsVerdict() throws Exception {
        try (var gateway = gateway(PAGES)) {
            var ran = Ran.of(new DoctorCommand(), gateway.url());
            assertEquals(0, ran.code(), ran.err());
            assertTrue(
                    line(ran, "exact-cache").matches(".*works +12 +310 +0.500000 +hit 12"),
                    ran.out());
            assertTrue(line(ran, "join").contains("on, but never ran"), ran.out());
            assertTrue(line(ran, "breaker").contains("stands by"), ran.out());
            assertTrue(line(ran, "embedding-batch").contains("off"), ran.out());
            assertTrue(ran.out().contains("On, but never ran: join."), ran.out());
            assertTrue(ran.out().contains("3 entries, 4,096 of 67,108,864 bytes"), ran.out());
            assertTrue(ran.out().contains(" is ready"), ran.out());
        }
    }

    @Test
    void whichToolServersAreDownIsSaid() throws Exception {
        var pages = new HashMap<>(PAGES);
        try (var gateway = gateway(pages)) {
            var ran = Ran.of(new DoctorCommand(), gateway.url());
            assertTrue(ran.out().contains("Tool servers: none configured\n"), ran.out());
        }
        pages.put(
                "/admin/tools",
                () ->
                        """
                        {"servers":[{"server":"web","up":true,"problem":null,"tools":1200,"restarts":1},
                          {"server":"files","up":false,"problem":"nobody answers","tools":3,"restarts":4}],
                         "tools":[{"tool":"web_get","calls":1100,"cached":90,"joined":7,"waited":3},
                          {"tool":"files_list","calls":34,"cached":0,"joined":1,"waited":0}],
                         "recommendations":[{"tool":"web_get","kind":"slow","text":"one call of 20 takes long"}]}
                        """);
        try (var gateway = gateway(pages)) {
            var ran = Ran.of(new DoctorCommand(), gateway.url());
            assertEquals(0, ran.code(), ran.err());
            assertTrue(
                    ran.out()
                            .contains(
                                    "Tool servers: 2 configured, 1 up, with 1,200 tools, 5 restarts; down: files (nobody answers)\n"),
                    ran.out());
            assertTrue(
                    ran.out()
                            .contains(
                                    "Tool calls: 1,134 of 2 tools; 90 answered from what is kept, 8 joined, 3 had to wait\n  web_get: one call of 20 takes long\n"),
                    ran.out());
            var json = Ran.of(new DoctorCommand(), gateway.url(), "--json").out();
            assertEquals(
                    "files",
                    JsonMapper.shared().readTree(json).at("/tool_servers/1/server").asString());
        }
    }

    @Test
    void whoHasNoAdminKeyIsToldWhatToSet(@TempDir Path data) {
        Ran key = Ran.of(KeysProgram.of("1"), "create", "--tenant", "t", "--data", data.toString());
        assertEquals(0, key.code(), key.err());
        try (var gateway =
                Gateway.start(
                        Config.proxyTo(URI.create("http://127.0.0.1:1/v1"), Optional.empty())
                                .withServer(new Config.Server("127.0.0.1", 0))
                                .withData(Optional.of(data)),
                        Optional.of("admin-secret"))) {
            var ran = Ran.of(new DoctorCommand(), gateway.address());
            assertEquals(2, ran.code());
            assertTrue(ran.err().contains("set VIVACE_ADMIN_KEY"), ran.err());
        }
    }

    @Test
    void theSameAsJson() throws Exception {
        try (var gateway = gateway(PAGES)) {
            var ran = Ran.of(new DoctorCommand(), gateway.url(), "--json");
            var json = JsonMapper.shared().readTree(ran.out());
            assertEquals("works", json.path("features").path(0).path("verdict").stringValue());
            assertEquals(310, json.path("features").path(0).path("saved_tokens").intValue());
            assertEquals(12, json.path("cache").path("hits").intValue());
            assertTrue(json.path("ready").booleanValue());
        }
    }

    @Test
    void whatIsDegradedIsSaid() throws Exception {
        var pages = new HashMap<>(PAGES);
        pages.put(
                "/readyz",
                () ->
                        "{\"status\":\"degraded\",\"checks\":{\"cache\":\"ok\",\"upstream main\":\"has refused every key for now\"}}");
        try (var gateway = gateway(pages)) {
            var ran = Ran.of(new DoctorCommand(), gateway.url());
            assertEquals(1, ran.code());
            assertTrue(ran.out().contains(" is ready, but degraded"), ran.out());
            assertEquals(
                    "  upstream main: has refused every key for now",
                    ran.out().lines().skip(1).findFirst().orElse(""));
            var json = Ran.of(new DoctorCommand(), gateway.url(), "--json").out();
            assertEquals(1, JsonMapper.shared().readTree(json).path("problems").size(), json);
        }
    }

    @Test
    void aGatewayThatIsNotReadyIsStillExamined() throws Exception {
        var pages = new HashMap<>(PAGES);
        pages.remove("/readyz");
        try (var gateway = gateway(pages)) {
            var ran = Ran.of(new DoctorCommand(), gateway.url());
            assertEquals(1, ran.code());
            assertTrue(ran.out().contains("NOT ready"), ran.out());
        }
    }

    @Test
    void anotherServerIsNoGateway() throws Exception {
        try (var other = gateway(Map.of())) {
            var ran = Ran.of(new DoctorCommand(), other.url());
            assertEquals(2, ran.code());
            assertTrue(ran.err().contains("is it a Vivace gateway?"), ran.err());
        }
    }

    @Test
    void nobodyThere() throws Exception {
        int free;
        try (var socket = new ServerSocket(0)) {
            free = socket.getLocalPort();
        }
        var ran = Ran.of(new DoctorCommand(), "http://127.0.0.1:" + free);
        assertEquals(2, ran.code());
        assertTrue(ran.err().contains("cannot reach http://127.0.0.1:" + free), ran.err());
        assertFalse(ran.err().contains("\tat "), ran.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"nonsense", "ftp://x/", "http://", "http://a b"})
    void noAddress(String url) {
        var ran = Ran.of(new DoctorCommand(), url);
        assertEquals(2, ran.code());
        assertTrue(ran.err().contains(url), ran.err());
    }

    @Test
    void helpHasAnExample() {
        var ran = Ran.of(new DoctorCommand(), "--help");
        assertEquals(0, ran.code());
        assertTrue(ran.out().contains("Usage") && ran.out().contains("Example"), ran.out());
    }
}
