package dev.vivace.deliver;

import java.util.List;
import java.util.random.RandomGenerator;

/** In which order a call asks the upstreams of its chain. As thread-safe as its generator. */
public final class Balancer {
    private static final int[] ONLY = {0};
    private static final double EXPLORED = 0.05;

    private final RandomGenerator random;

    /**
     * @param random of whose numbers the chances are made; on several threads one that they can
     *     share
     */
    public Balancer(RandomGenerator random) {
        this.random = random;
    }

    /**
     * The indices into the chain, the first to ask first; not to be changed. Those whose breaker is
     * open come last, and except for {@link Balance#ORDER} those of the own region before the
     * others.
     *
     * @param ownRegion empty if that is not said: then no region goes before another
     * @param streamed whether the call asks for a stream, which begins much sooner than an answer
     *     that is not one
     */
    public int[] order(
            List<UpstreamState> chain, Balance balance, String ownRegion, boolean streamed) {
        int count = chain.size();
        if (count == 1) {
            return ONLY;
        }
        double[] costs = new double[count];
        int[] groups = new int[count];
        for (int i = 0; i < count; i++) {
            UpstreamState upstream = chain.get(i);
            costs[i] = cost(upstream, balance, streamed);
            groups[i] = group(upstream, balance, ownRegion);
        }
        int[] order = sorted(groups, costs);
        if (balance == Balance.FASTEST && random.nextDouble() < EXPLORED) {
            explore(order, groups);
        }
        return order;
    }

    private double cost(UpstreamState upstream, Balance balance, boolean streamed) {
        return switch (balance) {
            case ORDER -> 0;
            // Whose exponential clock rings first, each at the rate of its weight: a weighted
            // permutation (Efraimidis and Spirakis, 2006).
            case WEIGHT -> -Math.log(1 - random.nextDouble()) / upstream.weight();
            case LEAST_BUSY -> load(upstream);
            case FASTEST -> {
                double recent = upstream.firstByteTimes(streamed).recent();
                // Unknown ones first, but not all calls to one of them until it is known.
                yield recent > 0 ? recent : -1.0 / (1 + upstream.inFlight());
            }
        };
    }

    /** With the call to come counted in, so that weights matter to idle ones; ties by chance. */
    private double load(UpstreamState upstream) {
        return (upstream.inFlight() + 1 + 1e-6 * random.nextDouble()) / upstream.weight();
    }

    private static int group(UpstreamState upstream, Balance balance, String ownRegion) {
        int open = upstream.breakerState() == Breaker.State.OPEN ? 2 : 0;
        boolean foreign =
                balance != Balance.ORDER
                        && !ownRegion.isEmpty()
                        && !upstream.region().equals(ownRegion);
        return open + (foreign ? 1 : 0);
    }

    /** By insertion: chains are short, and equals stay in the order of the chain. */
    private static int[] sorted(int[] groups, double[] costs) {
        int[] order = new int[costs.length];
        for (int i = 1; i < order.length; i++) {
            int at = i;
            for (; at > 0; at--) {
                int other = order[at - 1];
                if (groups[other] < groups[i]
                        || groups[other] == groups[i] && costs[other] <= costs[i]) {
                    break;
                }
                order[at] = other;
            }
            order[at] = i;
        }
        return order;
    }

    /** Now and then another one as good otherwise goes first, so that its time stays known. */
    private void explore(int[] order, int[] groups) {
        int alike = 1;
        while (alike < order.length && groups[order[alike]] == groups[order[0]]) {
            alike++;
        }
        if (alike > 1) {
            int chosen = random.nextInt(1, alike);
            int first = order[chosen];
            System.arraycopy(order, 0, order, 1, chosen);
            order[0] = first;
        }
    }
}
