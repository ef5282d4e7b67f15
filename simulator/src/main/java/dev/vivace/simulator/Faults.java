package dev.vivace.simulator;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** Decides which call meets which fault, from the seed and the call's number alone. Immutable. */
final class Faults {
    private final EnumMap<Fault, Double> rates = new EnumMap<>(Fault.class);
    private final long seed;

    /**
     * @param rates by the fault's name, each from 0 to 1, together at most 1
     * @throws IllegalArgumentException if they are not
     */
    Faults(Map<String, Double> rates, long seed) {
        this.seed = seed;
        double sum = 0;
        for (var rate : rates.entrySet()) {
            double value = rate.getValue();
            Fault fault = Fault.named(rate.getKey());
            if (!(value >= 0 && value <= 1)) {
                throw new IllegalArgumentException(
                        "the rate of fault %s must be from 0 to 1, not %s"
                                .formatted(fault.label(), value));
            }
            sum += value;
            this.rates.put(fault, value);
        }
        if (sum > 1 + 1e-9) {
            throw new IllegalArgumentException(
                    "the rates of all faults together must be at most 1, not " + sum);
        }
    }

    /**
     * @param call counted from 0
     */
    Optional<Fault> of(long call) {
        if (rates.isEmpty()) {
            return Optional.empty();
        }
        double draw = Mix.unit(seed, call);
        for (var rate : rates.entrySet()) {
            draw -= rate.getValue();
            if (draw < 0) {
                return Optional.of(rate.getKey());
            }
        }
        return Optional.empty();
    }
}
