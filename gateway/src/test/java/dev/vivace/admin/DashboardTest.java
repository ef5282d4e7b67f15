package dev.vivace.admin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.vivace.deliver.Breaker;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.Outcomes;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.StageNote;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The dashboard in a real browser. */
class DashboardTest {
    private static final long NOON = Instant.parse("2026-11-21T12:00:00Z").toEpochMilli();
    private static final String NASTY = "<img src=x onerror=document.title='owned'> & co";

    private static Outcomes.Snapshot failed(String what) {
        return new Outcomes.Snapshot(
                Map.of(Cause.SERVER_ERROR, 1L),
                0,
                1,
                0,
                1,
                9,
                Optional.of(new Outcomes.Failed(Cause.SERVER_ERROR, what, Duration.ofSeconds(12))));
    }

    @Test
    void showsTheNumbersOfTheLedger() throws Exception {
        List<LedgerEntry> entries =
                List.of(
                        Traffic.miss("c-1", NOON - 40_000, "gpt-4o-mini"),
                        Traffic.hit("c-2", NOON - 30_000, "gpt-4o-mini"),
                        Traffic.hit("c-3", NOON - 20_000, NASTY),
                        Traffic.with(
                                Traffic.miss("c-4", NOON - 10_000, "gpt-4o"),
                                "messages",
                                502,
                                List.of(new StageNote("deliver", "error")),
                                "upstream <b>closed</b> the connection"));
        try (var server = new AdminServer(noon(), entries)) {
            server.upstreams.add(
                    new UpstreamState.Snapshot(
                            NASTY,
                            Breaker.State.OPEN,
                            List.of(Breaker.State.CLOSED, Breaker.State.OPEN),
                            Integer.MAX_VALUE,
                            7,
                            6,
                            2,
                            1,
                            5,
                            1_234,
                            OptionalLong.of(85_000),
                            failed("The upstream answered 500.")));
            server.upstreams.add(
                    new UpstreamState.Snapshot(
                            "works",
                            Breaker.State.CLOSED,
                            List.of(),
                            8,
                            0,
                            0,
                            0,
                            0,
                            0,
                            2,
                            OptionalLong.empty(),
                            failed("It answered 503.")));
            String dom = dom(server);
            String upstreams = find(dom, "(?s)<tbody id=\"upstreams\".*?</tbody>");
            assertEquals(
                    "&lt;img src=x onerror=document.title='owned'&gt; &amp; co fails too often and"
                            + " is left alone for a moment; last 12 s ago: The upstream answered 500."
                            + " 7 6 none 1 of 2 1,234 5 85 µs"
                            + " works ok; last failure 12 s ago: It answered 503. 0 0 8 0 2 0 not known",
                    upstreams.replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ").strip());
            assertEquals("0.07/s", text(dom, "rate"));
            assertEquals("4 in an hour, 1 failed", text(dom, "rate-detail"));
            assertEquals("50%", text(dom, "share"));
            assertEquals("HIT 50 %, JOINED 0 %", text(dom, "share-detail"));
            assertEquals("$0.50", text(dom, "cost"));
            assertEquals("42 fresh, 0 cached, 18 output tokens", text(dom, "cost-detail"));
            assertEquals("$0.50", text(dom, "saved"));
            assertEquals("50 % of the bill, 60 tokens not bought", text(dom, "saved-detail"));
            assertEquals("live, 3 in flight", text(dom, "live"));
            assertEquals("live", text(dom, "state"), "what a screen reader says");
            assertEquals("5", shownMinutes(dom), "no more time than there are calls for");
            for (String chart : List.of("latency", "share", "cost")) {
                assertTrue(
                        find(dom, "<p [^>]*id=\"nothing-" + chart + "\"[^>]*>").contains("hidden"));
            }

            List<String> rows = rows(dom);
            assertEquals(4, rows.size());
            assertEquals(
                    "gpt-4o messages upstream &lt;b&gt;closed&lt;/b&gt; the connection MISS 502"
                            + " deliver error 21 9 $0.25 $0 85 µs 1.3 ms",
                    rows.get(0),
                    "newest first");
            assertEquals(
                    "&lt;img src=x onerror=document.title='owned'&gt; &amp; co chat, streamed HIT"
                            + " 200 exact-cache hit 0 0 $0 $0.25 30 tokens 40 µs 50 µs",
                    rows.get(1));
            assertEquals(
                    "gpt-4o-mini chat MISS 200 exact-cache miss deliver ok 21 9 $0.25 $0 85 µs 1.3"
                            + " ms",
                    rows.get(3));
            assertFalse(dom.contains("<img src=\"x\""), "a model's name became markup");
            assertTrue(dom.contains("<title>Vivace</title>"));

            for (String chart : List.of("rate", "latency", "share", "cost")) {
                String canvas = find(dom, "<canvas id=\"chart-" + chart + "\"[^>]*>");
                assertTrue(canvas.contains("height: 218px"), "drawn by Chart.js: " + canvas);
            }
            assertTrue(find(dom, "<canvas id=\"chart-share\"[^>]*>").contains("HIT 2, "));
            assertEquals(List.of(), List.copyOf(server.missing), "asked for and not there");
        }
    }

    @Test
    void tellsHowToBeginWhenThereIsNothing() throws Exception {
        try (var server = new AdminServer(noon(), List.of())) {
            String dom = dom(server);
            assertTrue(text(dom, "curl").startsWith("curl " + server.address() + "v1/chat"));
            assertFalse(find(dom, "<section id=\"empty\"[^>]*>").contains("hidden"));
            assertTrue(find(dom, "<div id=\"full\"[^>]*>").contains("hidden"));
        }
    }

    @Test
    void saysWhyAChartIsEmpty() throws Exception {
        var old = Traffic.miss("c-1", NOON - Duration.ofMinutes(70).toMillis(), "gpt-4o-mini");
        try (var server = new AdminServer(noon(), List.of(old))) {
            String dom = dom(server);
            assertEquals("60", shownMinutes(dom));
            for (String chart : List.of("latency", "share", "cost")) {
                assertEquals("No calls in the last hour.", text(dom, "nothing-" + chart));
            }
        }
        var free = Traffic.free("c-1", NOON - Duration.ofMinutes(12).toMillis(), "llama");
        try (var server = new AdminServer(noon(), List.of(free))) {
            String dom = dom(server);
            assertEquals("15", shownMinutes(dom));
            assertEquals("", text(dom, "nothing-share"));
            assertTrue(text(dom, "nothing-cost").startsWith("These models have no price"), dom);
        }
    }

    private static String shownMinutes(String dom) {
        return find(dom, "<button[^>]*aria-pressed=\"true\"[^>]*>")
                .replaceFirst(".*data-minutes=\"(\\d+)\".*", "$1");
    }

    @Test
    void goesOnByItselfWithWhatIsNew() throws Exception {
        var asked = new AtomicInteger();
        // A minute passes with every request for figures.
        Clock perRequest = new TestClock(() -> NOON + 60_000L * asked.get());
        try (var server =
                new AdminServer(perRequest, List.of(Traffic.miss("c-1", NOON - 9_000, "m")))) {
            server.before(
                    "/admin/stats",
                    () -> {
                        if (asked.incrementAndGet() == 2) {
                            server.ledger.record(Traffic.hit("c-2", NOON + 119_000, "m"));
                            server.ledger.flush();
                        }
                    });
            String dom = dom(server);
            assertTrue(asked.get() >= 2, "it asked once");
            assertEquals("2 in an hour, 0 failed", text(dom, "rate-detail"));
            assertEquals(2, rows(dom).size());
            assertTrue(rows(dom).getFirst().startsWith("m chat, streamed HIT"));
            assertTrue(find(dom, "<canvas id=\"chart-cost\"[^>]*>").contains("$0.25, and $0.50"));
        }
    }

    private static Clock noon() {
        return Clock.fixed(Instant.ofEpochMilli(NOON), ZoneOffset.UTC);
    }

    /** The texts of the table's rows without the time, which depends on where we are. */
    private static List<String> rows(String dom) {
        return Pattern.compile("<tr [^>]*data-id=.*?</tr>", Pattern.DOTALL)
                .matcher(dom)
                .results()
                .map(row -> plain(row.group()).replaceFirst("^\\d\\d:\\d\\d:\\d\\d ", ""))
                .toList();
    }

    private static String text(String dom, String id) {
        String whole = find(dom, "(?s)<(\\w+)[^>]* id=\"" + id + "\".*?</\\1>");
        return whole.replaceAll("<[^>]+>", "");
    }

    private static String plain(String html) {
        return html.replaceAll("<[^>]+>", " ").replaceAll("\\s+", " ").trim();
    }

    private static String find(String dom, String regex) {
        var found = Pattern.compile(regex).matcher(dom);
        assertTrue(found.find(), () -> regex + " is not in " + dom);
        return found.group();
    }

    private static String dom(AdminServer server) throws IOException, InterruptedException {
        Optional<String> browser = browser();
        assumeTrue(
                browser.isPresent(),
                "skipped: no chromium, chromium-browser or google-chrome on the PATH");
        Path profile = Files.createTempDirectory("vivace-dashboard");
        Path out = Files.createTempFile("vivace-dashboard", ".html");
        Process process =
                new ProcessBuilder(
                                browser.get(),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--user-data-dir=" + profile,
                                "--window-size=1400,1200",
                                "--virtual-time-budget=5000",
                                "--dump-dom",
                                server.address().toString())
                        .redirectOutput(out.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            assertTrue(process.waitFor(90, TimeUnit.SECONDS), "the browser does not end");
            return Files.readString(out, UTF_8);
        } finally {
            process.destroyForcibly();
            Files.delete(out);
            delete(profile);
        }
    }

    private static Optional<String> browser() {
        return Stream.of("chromium", "chromium-browser", "google-chrome")
                .flatMap(name ->
                        Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                                .map(folder -> Path.of(folder, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** As far as it goes: the browser's helpers may still be writing. */
    private static void delete(Path folder) {
        try (Stream<Path> all = Files.walk(folder)) {
            all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException | UncheckedIOException stillWriting) {
            return;
        }
    }
}
