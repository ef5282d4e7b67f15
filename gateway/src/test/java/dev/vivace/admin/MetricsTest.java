package dev.vivace.admin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.ledger.Ledger;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MetricsTest {
    private static final long AT = 1_790_000_000_000L;

    private final Metrics metrics = new Metrics(Set.of("gpt-4o-mini"));

    @Test
    void countsWhatHappened() {
        metrics.on(Traffic.miss("a", AT, "gpt-4o-mini"));
        metrics.on(Traffic.hit("b", AT, "gpt-4o-mini"));
        metrics.on(Traffic.hit("c", AT, "gpt-4o-mini"));
        Scrape seen = new Scrape(metrics.text(2, 1));
        String model = "{model=gpt-4o-mini}";
        assertEquals(
                1,
                seen.get(
                        "vivace_requests_total",
                        "{cache=MISS, door=chat, model=gpt-4o-mini, status=200}"));
        assertEquals(2, seen.sum("vivace_requests_total", "cache=HIT"));
        assertEquals(60, seen.get("vivace_tokens_total", "{kind=saved, model=gpt-4o-mini}"));
        assertEquals(21, seen.get("vivace_tokens_total", "{kind=fresh, model=gpt-4o-mini}"));
        assertEquals(0, seen.get("vivace_tokens_total", "{kind=cached, model=gpt-4o-mini}"));
        assertEquals(9, seen.get("vivace_tokens_total", "{kind=output, model=gpt-4o-mini}"));
        assertEquals(0.25, seen.get("vivace_cost_usd_total", model));
        assertEquals(0.5, seen.get("vivace_saved_usd_total", model));
        assertEquals(2, seen.get("vivace_stage_total", "{outcome=hit, stage=exact-cache}"));
        assertEquals(2, seen.get("vivace_ledger_dropped_total", ""));
        assertEquals(1, seen.get("vivace_ledger_unwritten_total", ""));
    }

    @Test
    void histogramsAreCumulativeAndInSeconds() {
        metrics.on(Traffic.miss("a", AT, "m")); // overhead 85, upstream 1,200, first token 900
        metrics.on(Traffic.hit("b", AT, "m")); // overhead 40, no upstream, first token 45
        Scrape seen = new Scrape(metrics.text(0, 0));
        String overhead = "vivace_overhead_seconds";
        assertEquals("histogram", seen.types.get(overhead));
        assertEquals(0, seen.get(overhead + "_bucket", "{door=chat, le=0.00001}"));
        assertEquals(0, seen.get(overhead + "_bucket", "{door=chat, le=0.000025}"));
        assertEquals(1, seen.get(overhead + "_bucket", "{door=chat, le=0.00005}"));
        assertEquals(2, seen.get(overhead + "_bucket", "{door=chat, le=0.0001}"));
        assertEquals(2, seen.get(overhead + "_bucket", "{door=chat, le=+Inf}"));
        assertEquals(2, seen.get(overhead + "_count", "{door=chat}"));
        assertEquals(0.000_125, seen.get(overhead + "_sum", "{door=chat}"), 1e-12);
        assertEquals(1, seen.get("vivace_upstream_seconds_count", "{door=chat}"));
        assertEquals(0.001_2, seen.get("vivace_upstream_seconds_sum", "{door=chat}"), 1e-12);
        assertEquals(2, seen.get("vivace_time_to_first_token_seconds_count", "{door=chat}"));
    }

    @Test
    void anExactBoundBelongsToItsBucket() {
        var histogram = new Histogram(10, 20);
        for (long value : new long[] {0, 10, 11, 20, 21}) {
            histogram.add(value);
        }
        var to = new Exposition();
        to.metric("h", "histogram", "h");
        histogram.write(to, "h", 1);
        Scrape seen = new Scrape(to.toString());
        assertEquals(2, seen.get("h_bucket", "{le=10}"));
        assertEquals(4, seen.get("h_bucket", "{le=20}"));
        assertEquals(5, seen.get("h_bucket", "{le=+Inf}"));
        assertEquals(62, seen.get("h_sum", ""));
    }

    @Test
    void openTelemetryNamesHoldWhatReachedTheProvider() {
        metrics.on(Traffic.miss("a", AT, "gpt-4o-mini"));
        metrics.on(Traffic.hit("b", AT, "gpt-4o-mini"));
        LedgerEntry failed =
                Traffic.with(
                        Traffic.miss("c", AT, "gpt-4o-mini"), "messages", 502, List.of(), "broken");
        metrics.on(failed);
        Scrape seen = new Scrape(metrics.text(0, 0));
        String labels =
                "{gen_ai_operation_name=chat, gen_ai_provider_name=openai,"
                        + " gen_ai_request_model=gpt-4o-mini";
        assertEquals(1, seen.get("gen_ai_client_operation_duration_seconds_count", labels + "}"));
        assertEquals(
                1,
                seen.get(
                        "gen_ai_client_operation_duration_seconds_count",
                        "{error_type=502, gen_ai_operation_name=chat,"
                                + " gen_ai_provider_name=anthropic,"
                                + " gen_ai_request_model=gpt-4o-mini}"));
        assertEquals(
                21,
                seen.get("gen_ai_client_token_usage_sum", labels + ", gen_ai_token_type=input}"));
        assertEquals(
                9,
                seen.get("gen_ai_client_token_usage_sum", labels + ", gen_ai_token_type=output}"));
        assertEquals(2, seen.get("gen_ai_server_time_to_first_token_seconds_count", labels + "}"));
    }

    @Test
    void labelsAreBoundedWhateverClientsAndUpstreamsSend() {
        var random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            int status = random.nextInt(-5, 1_200);
            metrics.on(
                    Traffic.with(
                            Traffic.miss("a", AT, "made up " + i),
                            "door " + random.nextInt(500),
                            i < 200 ? 404 : status,
                            List.of(new StageNote("stage", "outcome " + i)),
                            ""));
        }
        metrics.on(Traffic.miss("b", AT, "gpt-4o-mini"));
        metrics.on(Traffic.miss("c", AT, ""));
        Scrape seen = new Scrape(metrics.text(0, 0));
        assertEquals(20_002, seen.sum("vivace_requests_total", ""));
        assertEquals(0, seen.sum("vivace_requests_total", "made up 7,"), "404 makes no label");
        assertEquals(1, seen.sum("vivace_requests_total", "model=gpt-4o-mini"));
        assertEquals(1, seen.sum("vivace_requests_total", "model=none"));
        assertEquals(Metrics.OTHER_MODELS + 3, seen.series("vivace_cost_usd_total"));
        assertEquals(Metrics.STAGES + 1, seen.series("vivace_stage_total"));
        assertEquals(20_002 + 2, seen.sum("vivace_stage_total", "")); // two notes per plain call
        assertEquals(20_000, seen.sum("vivace_requests_total", "door=other"));
        long statuses =
                IntStream.range(0, 1_200)
                        .filter(s -> seen.sum("vivace_requests_total", "status=" + s + "}") > 0)
                        .count();
        assertEquals(Metrics.STATUSES, statuses);
    }

    @Test
    void hostileNamesSpoilNoScrape() {
        String[] names = {
            "quote\" back\\slash",
            "line\nbreak",
            "carriage\rreturn",
            "}{,=# HELP",
            "\ud800",
            "\udc00",
            "\0",
            "\u0085",
            "\u2028",
            "😀 é",
            "\\n",
            "x".repeat(5_000)
        };
        for (String name : names) {
            metrics.on(Traffic.miss("a", AT, name));
        }
        Scrape seen = new Scrape(metrics.text(0, 0));
        assertEquals(names.length, seen.sum("vivace_requests_total", ""));
        assertEquals(1, seen.sum("vivace_requests_total", "model=quote\" back\\slash,"));
        assertEquals(1, seen.sum("vivace_requests_total", "model=😀 é,"));
        assertEquals(8, seen.sum("vivace_requests_total", "model=other,"));
    }

    @Test
    void senselessMoneyIsNotCounted() {
        LedgerEntry plain = Traffic.miss("a", AT, "m");
        for (double usd : new double[] {Double.NaN, Double.POSITIVE_INFINITY, -1}) {
            metrics.on(
                    new LedgerEntry(
                            "b",
                            AT,
                            "t",
                            "",
                            "chat",
                            "m",
                            plain.cache(),
                            200,
                            plain.tokens(),
                            new Money(usd, usd),
                            new Times(1, 1, 1, 1),
                            false,
                            1,
                            List.of(),
                            ""));
        }
        metrics.on(plain);
        Scrape seen = new Scrape(metrics.text(0, 0));
        assertEquals(0.25, seen.get("vivace_cost_usd_total", "{model=m}"));
        assertEquals(0, seen.get("vivace_saved_usd_total", "{model=m}"));
    }

    @Test
    void aReaderNeverSeesHalfAnEntryAndNothingIsLost() throws Exception {
        int threads = 4;
        int each = 20_000;
        try (var ledger = new Ledger(List.of(metrics))) {
            List<Thread> writers =
                    IntStream.range(0, threads)
                            .mapToObj(t ->
                                    Thread.ofPlatform()
                                            .start(() -> {
                                                for (int i = 0; i < each; i++) {
                                                    ledger.record(Traffic.miss("a", AT, "m"));
                                                }
                                            }))
                            .toList();
            while (writers.stream().anyMatch(Thread::isAlive)) {
                consistent(new Scrape(metrics.text(0, 0)));
            }
            for (Thread writer : writers) {
                writer.join();
            }
            ledger.flush();
            Scrape end = new Scrape(metrics.text(ledger.dropped(), 0));
            consistent(end);
            assertEquals(
                    threads * each,
                    end.sum("vivace_requests_total", "")
                            + end.get("vivace_ledger_dropped_total", ""));
        }
    }

    private static void consistent(Scrape seen) {
        double requests = seen.sum("vivace_requests_total", "");
        double bucket = seen.sum("vivace_overhead_seconds_bucket", "le=+Inf");
        assertEquals(requests, bucket);
        assertEquals(requests, seen.sum("vivace_overhead_seconds_count", ""));
        assertEquals(requests * 85e-6, seen.sum("vivace_overhead_seconds_sum", ""), 1e-6);
        assertEquals(requests * 21, seen.sum("vivace_tokens_total", "kind=fresh"));
        assertTrue(seen.sum("vivace_stage_total", "") == 2 * requests);
    }
}
