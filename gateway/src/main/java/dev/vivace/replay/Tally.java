package dev.vivace.replay;

import dev.vivace.ledger.Prices;
import dev.vivace.replay.Outcome.Answered;
import dev.vivace.replay.Outcome.Failed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Counts what one side answered. Thread-safe. */
final class Tally {
    private static final int MAX_EXAMPLES = 5;

    private final Prices prices;
    private final Histogram total = new Histogram(3);
    private final Histogram firstToken = new Histogram(3);
    private final Map<String, Long> cache = new TreeMap<>();
    private final List<String> failures = new ArrayList<>();
    private Usage usage = Usage.NONE;
    private double cost;
    private long upstreamCalls;
    private long errors;
    private long gaveUp;
    private long withoutUsage;
    private long withoutPrice;

    Tally(Prices prices) {
        this.prices = prices;
    }

    /**
     * @param startNanos when the call was made, or should have been
     */
    synchronized void answered(Call call, Answered answer, long startNanos) {
        total.recordValue(micros(answer.endNanos() - startNanos));
        firstToken.recordValue(micros(answer.firstTokenNanos() - startNanos));
        var receipt = answer.receipt();
        receipt.cache().ifPresent(c -> cache.merge(c, 1L, Long::sum));
        upstreamCalls += receipt.upstreamCalls();
        if (receipt.bought()) {
            pay(call, answer.usage(), receipt.costUsd());
        }
    }

    private void pay(Call call, Optional<Usage> counted, OptionalDouble said) {
        if (counted.isEmpty()) {
            withoutUsage++;
        }
        usage = usage.plus(counted.orElse(Usage.NONE));
        var price = prices.of(call.model());
        if (said.isPresent()) {
            cost += said.getAsDouble();
        } else if (counted.isPresent() && price.isPresent()) {
            cost += price.get().of(counted.get().tokens());
        } else {
            withoutPrice++;
        }
    }

    synchronized void failed(String where, Failed failure) {
        errors++;
        upstreamCalls += failure.upstreamCalls();
        if (failures.size() < MAX_EXAMPLES) {
            failures.add(where + ": " + failure.why());
        }
    }

    /** An agent that lost its patience; it asks again, and the first question has been bought. */
    synchronized void gaveUp() {
        gaveUp++;
        upstreamCalls++;
    }

    synchronized Side side(String url, double seconds) {
        return new Side(
                url,
                upstreamCalls,
                new Side.Latency(
                        millis(total, 50),
                        millis(total, 95),
                        millis(total, 99),
                        millis(firstToken, 50)),
                usage,
                withoutPrice == 0 ? OptionalDouble.of(cost) : OptionalDouble.empty(),
                errors,
                gaveUp,
                withoutUsage,
                seconds,
                Map.copyOf(cache),
                List.copyOf(failures));
    }

    private static long micros(long nanos) {
        return Math.max(0, TimeUnit.NANOSECONDS.toMicros(nanos));
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1000.0;
    }
}
