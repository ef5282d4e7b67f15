package dev.vivace.simulator;

import dev.vivace.ledger.Price;
import dev.vivace.ledger.Prices;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a simulator does. Immutable; start from {@link #defaults()}.
 *
 * @param host the address to listen on; 127.0.0.1 by default
 * @param port the port to listen on, up to 65535; 0, the default, picks a free one
 * @param scripts files of recorded conversations to answer from, in the order in which they are
 *     looked at; none by default
 * @param seed decides faults and jitter; 1 by default
 * @param faults the share of calls, from 0 to 1 and together at most 1, that meet each fault, by
 *     its name: {@code 429}, {@code 500}, {@code 502}, {@code 503}, {@code hang}, {@code reset},
 *     {@code cut}, {@code garbage}, {@code slow}; none by default
 * @param timeScale factor on every duration, 0 or more; 1 by default; 0 answers at once
 * @param tokensPerMinute prompt and output tokens that one credential may have of one model in a
 *     minute; 0, the default, is no limit
 * @param time how long a call takes
 * @param prices what a model costs; one without a price costs {@link #UNKNOWN_MODEL_PRICE}
 * @param prefixTtl how long a prompt's beginning stays in the prefix cache after its last use; 5
 *     minutes by default
 * @param clock nanoseconds, monotonic: the time by which prefixes grow old and token limits refill
 */
public record SimulatorOptions(
        String host,
        int port,
        List<Path> scripts,
        long seed,
        Map<String, Double> faults,
        double timeScale,
        long tokensPerMinute,
        TimeModel time,
        Prices prices,
        Duration prefixTtl,
        LongSupplier clock) {

    /** What a model costs that the prices do not have: the same as gpt-4o-mini. */
    public static final Price UNKNOWN_MODEL_PRICE = new Price(0.15, 0.075, 0.60);

    /**
     * @throws IllegalArgumentException if a value is out of its range, in one line for a person
     */
    public SimulatorOptions {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be from 0 to 65535, not " + port);
        }
        if (tokensPerMinute < 0) {
            throw new IllegalArgumentException(
                    "tokensPerMinute must be 0 or more, not " + tokensPerMinute);
        }
        if (prefixTtl.isNegative()) {
            throw new IllegalArgumentException(
                    "prefixTtl must not be negative, but is " + prefixTtl);
        }
        Check.duration("timeScale", timeScale);
        scripts = List.copyOf(scripts);
        faults = Map.copyOf(faults);
        new Faults(faults, seed);
    }

    public static SimulatorOptions defaults() {
        return new SimulatorOptions(
                "127.0.0.1",
                0,
                List.of(),
                1,
                Map.of(),
                1,
                0,
                TimeModel.DEFAULT,
                Prices.builtIn(),
                Duration.ofMinutes(5),
                System::nanoTime);
    }

    public SimulatorOptions withHost(String other) {
        return with(draft -> draft.host = other);
    }

    public SimulatorOptions withPort(int other) {
        return with(draft -> draft.port = other);
    }

    public SimulatorOptions withScripts(List<Path> others) {
        return with(draft -> draft.scripts = others);
    }

    public SimulatorOptions withSeed(long other) {
        return with(draft -> draft.seed = other);
    }

    public SimulatorOptions withFaults(Map<String, Double> others) {
        return with(draft -> draft.faults = others);
    }

    public SimulatorOptions withTimeScale(double other) {
        return with(draft -> draft.timeScale = other);
    }

    public SimulatorOptions withTokensPerMinute(long other) {
        return with(draft -> draft.tokensPerMinute = other);
    }

    public SimulatorOptions withTime(TimeModel other) {
        return with(draft -> draft.time = other);
    }

    public SimulatorOptions withClock(LongSupplier other) {
        return with(draft -> draft.clock = other);
    }

    private SimulatorOptions with(Consumer<Draft> change) {
        var draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** A copy in which one value can be another. */
    private static final class Draft {
        private final SimulatorOptions from;
        private String host;
        private int port;
        private List<Path> scripts;
        private long seed;
        private Map<String, Double> faults;
        private double timeScale;
        private long tokensPerMinute;
        private TimeModel time;
        private LongSupplier clock;

        Draft(SimulatorOptions from) {
            this.from = from;
            host = from.host;
            port = from.port;
            scripts = from.scripts;
            seed = from.seed;
            faults = from.faults;
            timeScale = from.timeScale;
            tokensPerMinute = from.tokensPerMinute;
            time = from.time;
            clock = from.clock;
        }

        SimulatorOptions options() {
            return new SimulatorOptions(
                    host,
                    port,
                    scripts,
                    seed,
                    faults,
                    timeScale,
                    tokensPerMinute,
                    time,
                    from.prices,
                    from.prefixTtl,
                    clock);
        }
    }
}
