package dev.vivace.admin;

import dev.vivace.ledger.LedgerEntry;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The metrics of OpenTelemetry's conventions: as a client of the provider, of calls that reached it
 * and of tokens that were bought; as a server, of every answer. One thread at a time.
 */
final class GenAiMetrics {
    private static final double MICROS = 1e-6;

    private record Key(String operation, String provider, String model) {
        String[] labels() {
            return new String[] {
                GenAi.OPERATION, operation, GenAi.PROVIDER, provider, GenAi.MODEL, model
            };
        }

        String[] labels(String name, String value) {
            return value.isEmpty()
                    ? labels()
                    : new String[] {
                        GenAi.OPERATION,
                        operation,
                        GenAi.PROVIDER,
                        provider,
                        GenAi.MODEL,
                        model,
                        name,
                        value
                    };
        }
    }

    /** The calls of one operation, provider and model. */
    static final class Calls {
        private final Map<String, Histogram> durations = new HashMap<>(); // by error; "" of none
        private final Histogram input = GenAi.tokens();
        private final Histogram output = GenAi.tokens();
        private final Histogram firstToken = GenAi.timeToFirstToken();

        /**
         * @param status bounded
         */
        void add(LedgerEntry e, String status) {
            if (e.attempts() > 0 && e.upstreamMicros() > 0) {
                durations
                        .computeIfAbsent(e.status() >= 400 ? status : "", k -> GenAi.duration())
                        .add(e.upstreamMicros());
            }
            long bought = e.tokens().fresh() + e.tokens().cached();
            if (bought > 0) {
                input.add(bought);
            }
            if (e.tokens().output() > 0) {
                output.add(e.tokens().output());
            }
            if (e.status() < 400 && e.firstTokenMicros() > 0) {
                firstToken.add(e.firstTokenMicros());
            }
        }
    }

    private final Map<Key, Calls> calls = new HashMap<>();

    /**
     * Where those of a door and model are counted; nowhere if the conventions know no operation for
     * the door.
     *
     * @param model bounded, as is the other
     */
    Optional<Calls> of(String door, String model) {
        String operation = GenAi.operation(door);
        return operation.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        calls.computeIfAbsent(
                                new Key(operation, GenAi.provider(door), model), k -> new Calls()));
    }

    void write(Exposition to) {
        to.metric(
                GenAi.OPERATION_DURATION,
                "histogram",
                "Time of calls that reached the provider, without ours.");
        calls.forEach((key, of) ->
                of.durations.forEach((error, histogram) ->
                        histogram.write(
                                to,
                                GenAi.OPERATION_DURATION,
                                MICROS,
                                key.labels(GenAi.ERROR, error))));
        to.metric(GenAi.TOKEN_USAGE, "histogram", "Tokens bought per call, by type.");
        calls.forEach((key, of) -> {
            tokens(to, of.input, key, GenAi.INPUT);
            tokens(to, of.output, key, GenAi.OUTPUT);
        });
        to.metric(
                GenAi.TIME_TO_FIRST_TOKEN,
                "histogram",
                "Time to the first byte of good answers, wherever they came from.");
        calls.forEach((key, of) -> {
            if (!of.firstToken.isEmpty()) {
                of.firstToken.write(to, GenAi.TIME_TO_FIRST_TOKEN, MICROS, key.labels());
            }
        });
    }

    private static void tokens(Exposition to, Histogram histogram, Key key, String type) {
        if (!histogram.isEmpty()) {
            histogram.write(to, GenAi.TOKEN_USAGE, 1, key.labels(GenAi.TOKEN_TYPE, type));
        }
    }
}
