package dev.vivace.bench;

import java.util.Optional;
import java.util.OptionalDouble;

/** What Vivace wants to reach in a row, and whether it did in this run. */
sealed interface Target {
    String text();

    /** Empty where something was not measured. */
    Optional<Boolean> reached(Results results, Row row);

    /** A fixed limit, in the row's unit. */
    record AtMost(double limit) implements Target {
        @Override
        public String text() {
            return "at most " + Report.number(limit);
        }

        @Override
        public Optional<Boolean> reached(Results results, Row row) {
            return present(results.own(row)).map(own -> own <= limit);
        }
    }

    /** A multiple of what a plain proxy takes in the same run, at as many connections. */
    record TimesFloor(double factor, Metric metric) implements Target {
        @Override
        public String text() {
            return "at most %s x nginx".formatted(Report.number(factor))
                    + (metric == Metric.CPU ? " proxying" : " relaying");
        }

        @Override
        public Optional<Boolean> reached(Results results, Row row) {
            var floor =
                    present(results.median(new Row(metric, row.connections()), NginxRival.NAME));
            return present(results.own(row))
                    .flatMap(own -> floor.map(limit -> own <= factor * limit));
        }
    }

    /** As many as the best of the other AI gateways in the same run. */
    record AtLeastBestRival() implements Target {
        @Override
        public String text() {
            return "at least the best AI gateway";
        }

        @Override
        public Optional<Boolean> reached(Results results, Row row) {
            var best =
                    results.of(row).keySet().stream()
                            .filter(name -> !name.equals(NginxRival.NAME))
                            .filter(name -> !name.equals(VivaceRival.NAME))
                            .filter(name -> !name.equals(VivaceRival.OTHER))
                            .mapToDouble(name -> results.median(row, name).orElse(0))
                            .max();
            return present(results.own(row))
                    .flatMap(own -> present(best).map(other -> own >= other));
        }
    }

    /** Back to what it held before it had work, with a quarter more for what it has learnt. */
    record AsIdle() implements Target {
        @Override
        public String text() {
            return "as idle, or a quarter more";
        }

        @Override
        public Optional<Boolean> reached(Results results, Row row) {
            var idle = present(results.own(new Row(Metric.IDLE, 0)));
            return present(results.own(row))
                    .flatMap(own -> idle.map(before -> own <= 1.25 * before));
        }
    }

    private static Optional<Double> present(OptionalDouble value) {
        return value.isPresent() ? Optional.of(value.getAsDouble()) : Optional.empty();
    }
}
