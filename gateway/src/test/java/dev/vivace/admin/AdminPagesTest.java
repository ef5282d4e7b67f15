package dev.vivace.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AdminPagesTest {
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private AdminServer server;

    @BeforeEach
    void start() throws IOException {
        server =
                new AdminServer(
                        Clock.fixed(NOON, ZoneOffset.UTC),
                        Traffic.generate(1, 500, NOON.toEpochMilli(), 1_800_000));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theLedgerNewestLast() {
        JsonNode entries = json("/admin/ledger", Map.of("limit", "3")).path("entries");
        assertEquals(3, entries.size());
        assertEquals("vv_000499", entries.path(2).path("id").asString());
        assertTrue(entries.path(0).path("stages").isArray());
        assertEquals(100, json("/admin/ledger", Map.of()).path("entries").size());
        assertEquals(500, json("/admin/ledger", Map.of("limit", "1000")).path("entries").size());
    }

    @ParameterizedTest
    @CsvSource({
        "/admin/ledger,limit,0",
        "/admin/ledger,limit,2001",
        "/admin/ledger,limit,-1",
        "/admin/ledger,limit,ten",
        "/admin/ledger,limit,1e3",
        "/admin/ledger,limit,99999999999999999999999",
        "/admin/stats,since,yesterday",
        "/admin/stats,since,-1",
        "/admin/stats,step,0",
        "/admin/stats,step,721"
    })
    void aBadParameterIsAClearError(String path, String name, String value) {
        Page page = get(path, Map.of(name, value), Map.of()).orElseThrow();
        assertEquals(400, page.status());
        JsonNode error = new JsonMapper().readTree(page.body()).path("error");
        assertEquals("invalid_request_error", error.path("type").asString());
        assertEquals(name, error.path("param").asString());
        assertTrue(error.path("message").asString().startsWith(name + " must be a whole number"));
        assertTrue(error.path("code").isNull());
    }

    @Test
    void metricsStatsAndFeatures() {
        Page metrics = get("/metrics", Map.of(), Map.of()).orElseThrow();
        assertEquals("text/plain; version=0.0.4; charset=utf-8", metrics.contentType());
        Scrape seen = new Scrape(new String(metrics.body(), UTF_8));
        assertEquals(500, seen.sum("vivace_requests_total", ""));
        assertEquals(3, seen.get("vivace_in_flight", ""));
        assertEquals(4, seen.get("vivace_in_flight_bytes", ""));
        assertEquals(5, seen.get("vivace_waiting_for_room", ""));
        assertEquals(1, seen.get("vivace_redis_up", ""));
        assertEquals(6, seen.get("vivace_redis_failures_total", ""));
        assertEquals(
                500,
                json("/admin/stats", Map.of("since", "0")).path("totals").path("requests").asInt());
        assertEquals(16, json("/admin/features", Map.of()).path("features").size());
    }

    @Test
    void onlyWhatIsThere() {
        for (String path :
                List.of("/metrics", "/admin/ledger", "/admin/stats", "/", "/admin/features")) {
            assertTrue(server.pages.has(path), path);
        }
        for (String path :
                List.of("", "/dashboard", "/dashboard/", "/dashboard/../pom.xml", "/admin", "/x")) {
            assertFalse(server.pages.has(path), path);
            assertTrue(get(path, Map.of(), Map.of()).isEmpty(), path);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/dashboard/dashboard.js",
                "/dashboard/dashboard.css",
                "/dashboard/chart.js",
                "/dashboard/icon.svg"
            })
    void filesAreCompressedOnceAndTagged(String path) throws IOException {
        Page plain = get(path, Map.of(), Map.of()).orElseThrow();
        Page gzip = get(path, Map.of(), Map.of("accept-encoding", "br, gzip;q=0.8")).orElseThrow();
        assertEquals("gzip", gzip.headers().get("content-encoding"));
        assertFalse(plain.headers().containsKey("content-encoding"));
        try (var unzip = new GZIPInputStream(new ByteArrayInputStream(gzip.body()))) {
            assertArrayEquals(plain.body(), unzip.readAllBytes());
        }
        Page again = get(path, Map.of(), Map.of("accept-encoding", "gzip")).orElseThrow();
        assertTrue(again.body() == gzip.body(), "compressed once");
        assertFalse(
                get(path, Map.of(), Map.of("accept-encoding", "gzip;q=0"))
                        .orElseThrow()
                        .headers()
                        .containsKey("content-encoding"));
        String tag = gzip.headers().getOrDefault("etag", "");
        assertFalse(tag.equals(plain.headers().get("etag")));
        Page same =
                get(path, Map.of(), Map.of("accept-encoding", "gzip", "if-none-match", tag))
                        .orElseThrow();
        assertEquals(304, same.status());
        assertEquals(0, same.body().length);
        assertEquals(tag, same.headers().get("etag"));
        assertTrue(
                plain.headers()
                        .getOrDefault("content-security-policy", "")
                        .startsWith("default-src 'none'"));
    }

    @Test
    void thePageHasNothingInlineAndNothingFromElsewhere() {
        String page = new String(get("/", Map.of(), Map.of()).orElseThrow().body(), UTF_8);
        assertFalse(page.contains("http:") || page.contains("https:"), "from elsewhere");
        assertFalse(
                Pattern.compile("<script(?! src=)|<style|\\sstyle=|\\son[a-z]+=")
                        .matcher(page)
                        .find());
        var links = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page);
        int count = 0;
        while (links.find()) {
            assertTrue(server.pages.has("/" + links.group(1)), links.group(1));
            count++;
        }
        assertEquals(5, count);
    }

    private JsonNode json(String path, Map<String, String> query) {
        Page page = get(path, query, Map.of()).orElseThrow();
        assertEquals(200, page.status());
        assertEquals("no-store", page.headers().get("cache-control"));
        return new JsonMapper().readTree(page.body());
    }

    private Optional<Page> get(
            String path, Map<String, String> query, Map<String, String> headers) {
        return server.pages.get(
                path,
                name -> Optional.ofNullable(query.get(name)),
                name -> Optional.ofNullable(headers.get(name)));
    }
}
