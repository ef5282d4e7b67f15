package dev.vivace.bench;

import java.util.Comparator;
import java.util.Optional;

/**
 * A line of the report.
 *
 * @param connections how many there were at once; 0 where that is no question
 */
record Row(Metric metric, int connections) implements Comparable<Row> {
    private static final Comparator<Row> ORDER =
            Comparator.comparing(Row::metric).thenComparing(Row::connections);

    @Override
    public int compareTo(Row other) {
        return ORDER.compare(this, other);
    }

    /** What Vivace wants to reach here. */
    Optional<Target> target() {
        return Optional.ofNullable(
                switch (metric) {
                    case START -> new Target.AtMost(400);
                    case CPU -> connections == 1 ? null : new Target.TimesFloor(2, Metric.CPU);
                    case ADDED_P50 -> new Target.AtMost(60);
                    case ADDED_P99 -> new Target.AtMost(500);
                    case DECISION -> new Target.AtMost(20);
                    case HIT_CPU -> new Target.TimesFloor(1, Metric.CPU);
                    case REPLAY_CPU -> new Target.TimesFloor(2, Metric.CPU);
                    case STREAM_CPU ->
                            connections == 1 ? null : new Target.TimesFloor(2, Metric.STREAM_CPU);
                    case FIRST_CHUNK -> new Target.AtMost(200);
                    case IDLE -> new Target.AtMost(90);
                    case BUSY -> new Target.AtMost(160);
                    case LARGE_PEAK -> new Target.AtMost(600);
                    case LARGE_ANSWERED -> new Target.AtLeastBestRival();
                    case LARGE_ERRORS -> new Target.AtMost(0);
                    case LARGE_AFTER -> new Target.AsIdle();
                    case RATE,
                            P50,
                            HIT_RATE,
                            REPLAY_RATE,
                            STREAM_RATE,
                            STREAM_HIT_CPU,
                            STREAM_HIT_RATE ->
                            null;
                });
    }
}
