package dev.vivace.replay;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a replay found.
 *
 * @param what was replayed and how, in one line
 * @param calls the calls of the agents; each side had all of them
 * @param answersEqual answers that are the same both ways; empty without a baseline
 * @param asRecorded the target's answers that are what the recording says
 * @param baseline the side to compare with
 * @param target the side that matters
 * @param notes what a reader of the numbers has to know
 */
public record Report(
        String what,
        int calls,
        OptionalInt answersEqual,
        int asRecorded,
        Optional<Side> baseline,
        Side target,
        List<String> notes) {

    /** Whether any call failed on either side. */
    public boolean failed() {
        return target.errors() > 0 || baseline.filter(b -> b.errors() > 0).isPresent();
    }

    /** The report as one JSON object. */
    public ObjectNode json() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("what", what);
        json.put("calls", calls);
        if (answersEqual.isPresent()) {
            json.put("answers_equal", answersEqual.getAsInt());
        } else {
            json.putNull("answers_equal");
        }
        json.put("answers_as_recorded", asRecorded);
        if (baseline.isPresent()) {
            json.set("baseline", json(baseline.get()));
        } else {
            json.putNull("baseline");
        }
        json.set("target", json(target));
        notes.forEach(json.putArray("notes")::add);
        return json;
    }

    private static ObjectNode json(Side side) {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("url", side.url());
        json.put("upstream_calls", side.upstreamCalls());
        json.put("p50_ms", side.latency().p50());
        json.put("p95_ms", side.latency().p95());
        json.put("p99_ms", side.latency().p99());
        json.put("ttft_p50_ms", side.latency().firstTokenP50());
        json.putObject("tokens")
                .put("fresh", side.usage().fresh())
                .put("cached", side.usage().cached())
                .put("output", side.usage().output());
        if (side.costUsd().isPresent()) {
            json.put("cost_usd", round(side.costUsd().getAsDouble()));
        } else {
            json.putNull("cost_usd");
        }
        var how = json.putObject("how");
        for (var measured :
                List.of("upstream_calls", "p50_ms", "p95_ms", "p99_ms", "ttft_p50_ms", "tokens")) {
            how.put(measured, "measured");
        }
        how.put("cost_usd", "computed");
        json.put("errors", side.errors());
        json.put("gave_up", side.gaveUp());
        json.put("seconds", Math.round(side.seconds() * 1000) / 1000.0);
        var cache = json.putObject("cache");
        side.cache().forEach(cache::put);
        side.failures().forEach(json.putArray("failures")::add);
        return json;
    }

    /** To a billionth of a dollar, so that sums of doubles look like sums of money. */
    private static double round(double usd) {
        return Math.round(usd * 1e9) / 1e9;
    }
}
