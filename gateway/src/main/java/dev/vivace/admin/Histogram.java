package dev.vivace.admin;

import java.util.Arrays;
import java.util.stream.LongStream;

/** A Prometheus histogram over whole numbers. One thread at a time. */
final class Histogram {
    private final long[] bounds;
    private final long[] counts; // not cumulative; the last is of what is above every bound
    private long count;
    private long sum;

    /**
     * @param bounds inclusive upper bounds, ascending
     */
    Histogram(long... bounds) {
        this.bounds = bounds.clone();
        counts = new long[bounds.length + 1];
    }

    /**
     * Three bounds to the power of ten, at 1, 2.5 and 5.
     *
     * @param least the lowest bound; 10 or more, and one of the series
     * @param most the highest is at most that
     */
    static Histogram between(long least, long most) {
        return new Histogram(
                LongStream.iterate(10, tens -> tens <= most, tens -> tens * 10)
                        .flatMap(tens -> LongStream.of(tens, tens * 5 / 2, tens * 5))
                        .filter(bound -> bound >= least && bound <= most)
                        .toArray());
    }

    void add(long value) {
        int at = Arrays.binarySearch(bounds, value);
        counts[at < 0 ? -at - 1 : at]++;
        count++;
        sum += value;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /**
     * @param unit what one is worth in the metric's unit, such as 1e-6 for microseconds in a metric
     *     of seconds
     */
    void write(Exposition to, String name, double unit, String... labels) {
        String[] with = Arrays.copyOf(labels, labels.length + 2);
        with[labels.length] = "le";
        long below = 0;
        for (int i = 0; i < bounds.length; i++) {
            below += counts[i];
            with[labels.length + 1] = Exposition.number(bounds[i] * unit);
            to.sample(name + "_bucket", below, with);
        }
        with[labels.length + 1] = "+Inf";
        to.sample(name + "_bucket", count, with);
        to.sample(name + "_sum", sum * unit, labels);
        to.sample(name + "_count", count, labels);
    }
}
