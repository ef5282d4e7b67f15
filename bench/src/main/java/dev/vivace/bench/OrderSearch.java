package dev.vivace.bench;

import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/**
 * The best order for tasks of which some wait for others, with so many places, as far as a search
 * finds it that knows how long each takes. A place is never left empty while a task may run, as the
 * executor leaves none; an order that does so on purpose is not looked for.
 *
 * <p>The search begins with the longest remaining chain first and changes the priorities at random,
 * now a few of the best so far, now all of the first. The bound is by Fernandez and Bussell (Bounds
 * on the number of processors and time for multiprocessor optimal schedules, 1973): in no stretch
 * of time can there be more work than places, counting of each task what must lie in the stretch if
 * all is to end in time.
 */
final class OrderSearch {
    /**
     * A task.
     *
     * @param micros it takes
     * @param needs numbers, less than its own, of those that must have ended
     */
    record Task(long micros, List<Integer> needs) {}

    private record Running(int task, long end) {}

    private final int size;
    private final int places;
    private final long[] micros;
    private final int[][] followers;
    private final int[] needs;

    /** When each can begin at the earliest. */
    private final long[] head;

    /** It and the longest chain behind it. */
    private final long[] level;

    private final long[] scratch;

    OrderSearch(List<Task> tasks, int places) {
        this.size = tasks.size();
        this.places = places;
        this.micros = tasks.stream().mapToLong(Task::micros).toArray();
        this.needs = new int[size];
        this.head = new long[size];
        this.level = micros.clone();
        this.scratch = new long[size];
        var edges = new boolean[size][size];
        for (int i = 0; i < size; i++) {
            for (int need : tasks.get(i).needs()) {
                edges[need][i] = true;
                head[i] = Math.max(head[i], head[need] + micros[need]);
            }
        }
        this.followers = new int[size][];
        for (int i = size - 1; i >= 0; i--) {
            int count = 0;
            for (int later = i + 1; later < size; later++) {
                if (edges[i][later]) {
                    scratch[count++] = later;
                    needs[later]++;
                    level[i] = Math.max(level[i], micros[i] + level[later]);
                }
            }
            followers[i] = new int[count];
            for (int j = 0; j < count; j++) {
                followers[i][j] = (int) scratch[j];
            }
        }
    }

    /** Of each task the time that it and the longest chain behind it take. */
    double[] levels() {
        return Arrays.stream(level).asDoubleStream().toArray();
    }

    /**
     * When all have ended, of those that may run the one with the greatest priority begins first.
     *
     * @return microseconds
     */
    long makespan(double[] priorities) {
        int[] open = needs.clone();
        var ready =
                new PriorityQueue<Integer>((a, b) -> {
                    int order = Double.compare(priorities[b], priorities[a]);
                    return order == 0 ? a - b : order;
                });
        var running = new PriorityQueue<Running>((a, b) -> Long.compare(a.end, b.end));
        for (int i = 0; i < size; i++) {
            if (open[i] == 0) {
                ready.add(i);
            }
        }
        long now = 0;
        while (true) {
            while (running.size() < places && !ready.isEmpty()) {
                int task = ready.remove();
                running.add(new Running(task, now + micros[task]));
            }
            if (running.isEmpty()) {
                return now;
            }
            now = running.element().end;
            while (!running.isEmpty() && running.element().end == now) {
                for (int later : followers[running.remove().task]) {
                    if (--open[later] == 0) {
                        ready.add(later);
                    }
                }
            }
        }
    }

    /**
     * The least makespan that was found, in microseconds.
     *
     * @param tries at most; fewer if one reaches the bound
     */
    long best(Random random, int tries) {
        double[] first = levels();
        double[] kept = first;
        long best = makespan(first);
        long bound = bound(best);
        for (int i = 0; i < tries && best > bound; i++) {
            boolean anew = i % 3 == 0;
            double[] next = (anew ? first : kept).clone();
            double spread = random.nextDouble() * 0.5;
            for (int j = 0; j < size; j++) {
                if (anew || random.nextInt(size) < 4) {
                    next[j] *= 1 + spread * random.nextGaussian();
                }
            }
            long found = makespan(next);
            if (found < best || (found == best && !anew)) {
                best = found;
                kept = next;
            }
        }
        return best;
    }

    /**
     * What no order can be faster than, in microseconds.
     *
     * @param reached by some order
     */
    long bound(long reached) {
        long low = Math.max(longest(), Math.ceilDiv(Arrays.stream(micros).sum(), places));
        long high = reached;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (impossible(middle)) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private long longest() {
        return Arrays.stream(level).max().orElse(0);
    }

    private boolean impossible(long makespan) {
        long[] ends = scratch;
        for (int i = 0; i < size; i++) {
            ends[i] = makespan - level[i] + micros[i];
        }
        for (int a = 0; a < size; a++) {
            for (int b = 0; b < size; b++) {
                long stretch = ends[b] - head[a];
                if (stretch > 0 && within(head[a], ends[b], ends) > places * stretch) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The work that lies between two times even if every task keeps out as far as it can. */
    private long within(long begin, long end, long[] ends) {
        long work = 0;
        for (int i = 0; i < size; i++) {
            long early = head[i] + micros[i] - begin;
            long late = end - (ends[i] - micros[i]);
            long most = Math.min(micros[i], end - begin);
            work += Math.max(0, Math.min(most, Math.min(early, late)));
        }
        return work;
    }
}
