package dev.vivace.admin;

import dev.vivace.deliver.Breaker;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.Outcomes;
import dev.vivace.deliver.UpstreamState.Snapshot;
import java.util.List;
import java.util.Locale;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import tools.jackson.core.JsonGenerator;

/**
 * How the upstreams are, as gauges and as JSON. Labels are the configured names: as many as there
 * are upstreams. Thread-safe.
 */
public final class UpstreamFigures {
    private static final double SECOND = 1e9;

    private final Supplier<List<Snapshot>> upstreams;

    /**
     * @param upstreams how each is now, in the configuration's order
     */
    public UpstreamFigures(Supplier<List<Snapshot>> upstreams) {
        this.upstreams = upstreams;
    }

    /** The page for Prometheus. */
    String text() {
        List<Snapshot> all = upstreams.get();
        var to = new Exposition();
        breakers(to, all);
        calls(to, all);
        gauge(to, "in_flight", "Calls that are with the upstream.", all, Snapshot::inFlight);
        gauge(to, "queued", "Calls that wait for a place.", all, Snapshot::queued);
        gauge(
                to,
                "concurrency_limit",
                "Calls that it gets at a time; where something limits them.",
                all.stream().filter(UpstreamFigures::limited).toList(),
                Snapshot::limit);
        gauge(
                to,
                "resting_keys",
                "Its keys that were refused or limited and rest.",
                all,
                Snapshot::restingKeys);
        gauge(
                to,
                "retries_last_minute",
                "Calls that were sent to it again.",
                all,
                Snapshot::retries);
        gauge(
                to,
                "first_byte_p95_seconds",
                "19 of 20 recent streams began within it; where there were enough.",
                all.stream().filter(each -> each.p95Nanos().isPresent()).toList(),
                each -> each.p95Nanos().orElse(0) / SECOND);
        return to.toString();
    }

    private static void breakers(Exposition to, List<Snapshot> all) {
        String name = "vivace_upstream_breaker";
        to.metric(name, "gauge", "1 for the state that the upstream's breaker is in.");
        for (Snapshot each : all) {
            for (Breaker.State state : Breaker.State.values()) {
                int is = each.breaker() == state ? 1 : 0;
                to.sample(name, is, "upstream", each.name(), "state", word(state));
            }
        }
    }

    /** Those of zero too: a counter that appears with its first failure hides it from rate(). */
    private static void calls(Exposition to, List<Snapshot> all) {
        String name = "vivace_upstream_calls_total";
        to.metric(name, "counter", "Calls that were sent to the upstream, by how they ended.");
        for (Snapshot each : all) {
            outcomes(
                    each,
                    (outcome, calls) ->
                            to.sample(name, calls, "upstream", each.name(), "outcome", outcome));
        }
    }

    private static void outcomes(Snapshot upstream, ObjLongConsumer<String> to) {
        upstream.outcomes()
                .ends()
                .forEach((cause, calls) ->
                        to.accept(cause == Cause.NONE ? "ok" : word(cause), calls));
        to.accept("abandoned", upstream.outcomes().abandoned());
    }

    private static void gauge(
            Exposition to,
            String what,
            String help,
            List<Snapshot> all,
            ToDoubleFunction<Snapshot> value) {
        String name = "vivace_upstream_" + what;
        to.metric(name, "gauge", help);
        for (Snapshot each : all) {
            to.sample(name, value.applyAsDouble(each), "upstream", each.name());
        }
    }

    private static boolean limited(Snapshot upstream) {
        return upstream.limit() != Integer.MAX_VALUE;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** One object with all upstreams. */
    void write(JsonGenerator to) {
        to.writeStartObject();
        to.writeArrayPropertyStart("upstreams");
        upstreams.get().forEach(each -> write(each, to));
        to.writeEndArray();
        to.writeEndObject();
    }

    private static void write(Snapshot upstream, JsonGenerator to) {
        to.writeStartObject();
        to.writeStringProperty("name", upstream.name());
        to.writeStringProperty("breaker", word(upstream.breaker()));
        to.writeNumberProperty("in_flight", upstream.inFlight());
        to.writeNumberProperty("queued", upstream.queued());
        if (limited(upstream)) {
            to.writeNumberProperty("concurrency_limit", upstream.limit());
        } else {
            to.writeNullProperty("concurrency_limit");
        }
        to.writeNumberProperty("keys", upstream.keys());
        to.writeNumberProperty("resting_keys", upstream.restingKeys());
        to.writeArrayPropertyStart("key_breakers");
        upstream.keyBreakers().forEach(state -> to.writeString(word(state)));
        to.writeEndArray();
        to.writeNumberProperty("calls_last_minute", upstream.calls());
        to.writeNumberProperty("retries_last_minute", upstream.retries());
        if (upstream.p95Nanos().isPresent()) {
            to.writeNumberProperty("first_byte_p95_us", upstream.p95Nanos().getAsLong() / 1_000);
        } else {
            to.writeNullProperty("first_byte_p95_us");
        }
        to.writeObjectPropertyStart("calls");
        outcomes(upstream, to::writeNumberProperty);
        to.writeEndObject();
        to.writeNumberProperty("failed_in_a_row", upstream.outcomes().failedInARow());
        to.writeNumberProperty("failed_in_ten_minutes", upstream.outcomes().recentFailures());
        to.writeNumberProperty("ended_in_ten_minutes", upstream.outcomes().recent());
        upstream.outcomes()
                .lastFailure()
                .ifPresentOrElse(
                        failure -> write(failure, to), () -> to.writeNullProperty("last_failure"));
        to.writeStringProperty("problem", upstream.problem().orElse(""));
        to.writeEndObject();
    }

    private static void write(Outcomes.Failed failure, JsonGenerator to) {
        to.writeObjectPropertyStart("last_failure");
        to.writeStringProperty("cause", word(failure.cause()));
        to.writeStringProperty("what", failure.what());
        to.writeNumberProperty("seconds_ago", failure.ago().toSeconds());
        to.writeEndObject();
    }
}
