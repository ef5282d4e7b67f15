package dev.vivace.tool;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** Where the value of one argument may come from, and how often it did lately. Not thread-safe. */
final class ArgumentOrigins {
    private static final int MOST = 12;
    private static final double FADE = 0.9;

    /** A way to come to a value. */
    private sealed interface Origin {
        Optional<JsonNode> value(List<Facts> before);
    }

    /** It is always this one. */
    private record Literal(JsonNode value) implements Origin {
        @Override
        public Optional<JsonNode> value(List<Facts> before) {
            return Optional.of(value);
        }
    }

    /** It was somewhere in a call before. */
    private record Taken(int back, String path) implements Origin {
        @Override
        public Optional<JsonNode> value(List<Facts> before) {
            return back < before.size()
                    ? Optional.ofNullable(before.get(back).values().get(path))
                    : Optional.empty();
        }
    }

    /** Of one origin, roughly; its texts come on top. */
    private static final int ORIGIN = 160;

    private final Map<Origin, Double> weights = new HashMap<>();
    private long bytes;

    /**
     * The value was this one.
     *
     * @param before the calls before, the last one first
     */
    void learn(JsonNode value, List<Facts> before) {
        weights.replaceAll((origin, weight) -> weight * FADE);
        for (Origin origin : origins(value, before)) {
            weights.merge(origin, 1.0, Double::sum);
        }
        if (weights.size() > MOST) {
            ranked().stream().skip(MOST).toList().forEach(weights::remove);
        }
        bytes = weights.keySet().stream().mapToLong(ArgumentOrigins::bytes).sum();
    }

    /** What is remembered takes in memory, roughly. */
    long bytes() {
        return bytes;
    }

    private static long bytes(Origin origin) {
        return switch (origin) {
            case Literal literal -> ORIGIN + JsonSize.of(literal.value, Long.MAX_VALUE).heap();
            case Taken taken -> ORIGIN + 2L * taken.path.length();
        };
    }

    private static List<Origin> origins(JsonNode value, List<Facts> before) {
        var found = new ArrayList<Origin>();
        for (int back = 0; back < before.size(); back++) {
            int number = back;
            before.get(back)
                    .values()
                    .forEach((path, each) -> {
                        if (each.equals(value)) {
                            found.add(new Taken(number, path));
                        }
                    });
        }
        found.add(new Literal(value));
        return found;
    }

    /** Likeliest first; of equals, what was taken from a call before. */
    private List<Origin> ranked() {
        return weights.keySet().stream()
                .sorted(
                        Comparator.comparingDouble(
                                        (Origin each) -> -Objects.requireNonNull(weights.get(each)))
                                .thenComparing(each -> each instanceof Literal)
                                .thenComparing(Origin::toString))
                .toList();
    }

    Optional<JsonNode> guess(List<Facts> before) {
        return ranked().stream().findFirst().flatMap(origin -> origin.value(before));
    }
}
