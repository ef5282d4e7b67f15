package dev.vivace.admin;

import dev.vivace.ledger.LedgerEntry;
import java.util.HashMap;
import java.util.Map;

/**
 * The metrics of OpenTelemetry's conventions: as a client of the provider, of calls that reached it
 * and of tokens that were bought; as a server, of every answer. One thread at a time.
 */
final class GenAiMetrics {
    private static final double MICROS = 1e-6;

    private record Key(String operation, String provider, String model, String detail) {
        String[] labels(String detailName) {
            return detail.isEmpty()
                    ? new String[] {
                        GenAi.OPERATION, operation, GenAi.PROVIDER, provider, GenAi.MODEL, model
                    }
                    : new String[] {
                        GenAi.OPERATION,
                        operation,
                        GenAi.PROVIDER,
                        provider,
                        GenAi.MODEL,
                        model,
                        detailName,
                        detail
                    };
        }
    }

    private final Map<Key, Histogram> durations = new HashMap<>();
    private final Map<Key, Histogram> tokens = new HashMap<>();
    private final Map<Key, Histogram> firstTokens = new HashMap<>();

    /**
     * @param model bounded, as are the other two
     */
    void add(LedgerEntry e, String door, String model, String status) {
        String operation = GenAi.operation(door);
        if (operation.isEmpty()) {
            return;
        }
        String provider = GenAi.provider(door);
        if (e.attempts() > 0 && e.upstreamMicros() > 0) {
            String error = e.status() >= 400 ? status : "";
            durations
                    .computeIfAbsent(
                            new Key(operation, provider, model, error), k -> GenAi.duration())
                    .add(e.upstreamMicros());
        }
        long input = e.tokens().fresh() + e.tokens().cached();
        if (input > 0) {
            usage(new Key(operation, provider, model, GenAi.INPUT)).add(input);
        }
        if (e.tokens().output() > 0) {
            usage(new Key(operation, provider, model, GenAi.OUTPUT)).add(e.tokens().output());
        }
        if (e.status() < 400 && e.firstTokenMicros() > 0) {
            firstTokens
                    .computeIfAbsent(
                            new Key(operation, provider, model, ""), k -> GenAi.timeToFirstToken())
                    .add(e.firstTokenMicros());
        }
    }

    private Histogram usage(Key key) {
        return tokens.computeIfAbsent(key, k -> GenAi.tokens());
    }

    void write(Exposition to) {
        to.metric(
                GenAi.OPERATION_DURATION,
                "histogram",
                "Time of calls that reached the provider, without ours.");
        durations.forEach(
                (k, h) -> h.write(to, GenAi.OPERATION_DURATION, MICROS, k.labels(GenAi.ERROR)));
        to.metric(GenAi.TOKEN_USAGE, "histogram", "Tokens bought per call, by type.");
        tokens.forEach((k, h) -> h.write(to, GenAi.TOKEN_USAGE, 1, k.labels(GenAi.TOKEN_TYPE)));
        to.metric(
                GenAi.TIME_TO_FIRST_TOKEN,
                "histogram",
                "Time to the first byte of good answers, wherever they came from.");
        firstTokens.forEach((k, h) -> h.write(to, GenAi.TIME_TO_FIRST_TOKEN, MICROS, k.labels("")));
    }
}
