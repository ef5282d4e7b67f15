package dev.vivace.deliver;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All that is known of one upstream from the calls to it, and what decides about the next ones.
 * Thread-safe.
 */
public final class UpstreamState {
    // Asked anew each time: the generator of a thread is for that thread only.
    private static final RandomGenerator RANDOM = () -> ThreadLocalRandom.current().nextLong();

    private static final Logger LOG = LoggerFactory.getLogger(UpstreamState.class);

    private static final int LEAST_CALLS_OF_A_KEY = 5;

    private final String name;
    private final int weight;
    private final String region;
    private final BreakerOptions keyBreakerOptions;
    private final LongSupplier nanos;
    private final RetryBudget budget;
    private final Backoff backoff;
    private final Breaker breaker;
    private final AtomicReferenceArray<Breaker> keyBreakers;
    private final FirstByteTimes streams;
    private final FirstByteTimes others;
    private final KeyRing keys;
    private final Turnstile turnstile;
    private final Outcomes outcomes;
    private final AtomicInteger inFlight = new AtomicInteger();

    /**
     * @param weight its part of the calls in proportion to the others', 0 or more; 0 gets those
     *     that no other takes
     * @param region where it stands; empty if that is not said
     * @param keys how many keys there are, 0 or more
     * @param nanos a monotonic clock
     */
    public UpstreamState(
            String name,
            int weight,
            String region,
            int keys,
            RetryOptions retry,
            BreakerOptions breaker,
            ConcurrencyOptions concurrency,
            LongSupplier nanos) {
        Range.of("weight", weight, 0, Integer.MAX_VALUE);
        this.name = name;
        this.weight = weight;
        this.region = region;
        this.keyBreakerOptions = keys > 1 ? ofOneKey(breaker, keys) : breaker;
        this.nanos = nanos;
        this.budget = new RetryBudget(retry.budget(), retry.floor(), nanos);
        this.backoff = new Backoff(retry.base(), retry.maxWait(), RANDOM);
        this.breaker =
                new Breaker(breaker, nanos, saying("The upstream " + name, breaker, this::lately));
        this.keyBreakers = new AtomicReferenceArray<>(Math.max(1, keys));
        this.streams = new FirstByteTimes(nanos);
        this.others = new FirstByteTimes(nanos);
        this.keys = new KeyRing(keys, nanos);
        this.turnstile = new Turnstile(concurrency, nanos);
        this.outcomes = new Outcomes(nanos);
    }

    public String name() {
        return name;
    }

    public int weight() {
        return weight;
    }

    public String region() {
        return region;
    }

    public RetryBudget budget() {
        return budget;
    }

    public Backoff backoff() {
        return backoff;
    }

    /** A key gets its part of the calls only. */
    private static BreakerOptions ofOneKey(BreakerOptions all, int keys) {
        int part = Math.max(LEAST_CALLS_OF_A_KEY, all.minCalls() / keys);
        return new BreakerOptions(
                all.on(),
                all.window(),
                Math.min(all.minCalls(), part),
                all.failureRate(),
                all.open(),
                all.probes());
    }

    /**
     * The one for the upstream as a whole. With several keys it hears of connections that were
     * none; of other failures hears the breaker of the key.
     */
    public Breaker breaker() {
        return breaker;
    }

    /** Whether calls enter, by the upstream's breaker and, where it has several keys, by theirs. */
    public Breaker.State breakerState() {
        Breaker.State whole = breaker.state();
        if (whole != Breaker.State.CLOSED || keys.count() <= 1) {
            return whole;
        }
        Breaker.State best = Breaker.State.OPEN;
        for (int key = 0; key < keys.count(); key++) {
            Breaker of = keyBreakers.get(key);
            Breaker.State state = of == null ? Breaker.State.CLOSED : of.state();
            if (state == Breaker.State.CLOSED) {
                return state;
            }
            best = state == Breaker.State.HALF_OPEN ? state : best;
        }
        return best;
    }

    /** How long {@link #breakerState} stays open; zero if it is not. */
    public Duration opensIn() {
        Duration whole = breaker.opensIn();
        if (whole.isPositive() || breakerState() != Breaker.State.OPEN) {
            return whole;
        }
        return IntStream.range(0, keys.count())
                .mapToObj(key -> breaker(key).opensIn())
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
    }

    /** Those of the keys, in their order; none where there is only one, or none. */
    private List<Breaker.State> ofKeys() {
        return keys.count() <= 1
                ? List.of()
                : IntStream.range(0, keys.count()).mapToObj(key -> breaker(key).state()).toList();
    }

    /** The one of a key, where there are several, by its index in {@link #keys}. */
    public Breaker breaker(int key) {
        Breaker known = keyBreakers.get(key);
        if (known != null) {
            return known;
        }
        String called = "Key " + (key + 1) + " of the upstream " + name;
        keyBreakers.compareAndSet(
                key,
                null,
                new Breaker(
                        keyBreakerOptions, nanos, saying(called, keyBreakerOptions, this::lately)));
        return keyBreakers.get(key);
    }

    private String lately() {
        return outcomes.snapshot().lately();
    }

    private static Breaker.Listener saying(
            String who, BreakerOptions options, Supplier<String> lately) {
        return new Breaker.Listener() {
            @Override
            public void opened(int failures, int calls) {
                LOG.warn(
                        "{} is left alone for {} s: {} of its last {} calls failed{}",
                        who,
                        options.open().toMillis() / 1e3,
                        failures,
                        calls,
                        lately.get());
            }

            @Override
            public void closed() {
                LOG.warn("{} works again and gets all its calls.", who);
            }
        };
    }

    /**
     * Those of streams, which are times to a first token; or those of other answers, which are
     * nearly as long as the answers take to be written.
     */
    public FirstByteTimes firstByteTimes(boolean streamed) {
        return streamed ? streams : others;
    }

    public KeyRing keys() {
        return keys;
    }

    public Turnstile turnstile() {
        return turnstile;
    }

    /** A call begins; one of those that end it must follow. */
    public void began() {
        inFlight.incrementAndGet();
    }

    /** It ended so, which nobody has to do anything about. */
    public void ended(Cause cause) {
        inFlight.decrementAndGet();
        outcomes.ended(cause)
                .ifPresent(failed ->
                        LOG.warn(
                                "The upstream {} answers again, after {} failures.", name, failed));
    }

    /**
     * It ended so, and whoever is on call is to know.
     *
     * @param said what happened, a sentence for a person
     */
    public void failed(Cause cause, String said) {
        inFlight.decrementAndGet();
        tell(outcomes.failed(cause, said), said);
    }

    /** Its client left without an answer, after a time in which one is wanted. */
    public void unanswered(String said) {
        inFlight.decrementAndGet();
        tell(outcomes.unanswered(said), said);
    }

    private static void tell(OptionalInt others, String said) {
        others.ifPresent(more -> {
            if (more == 0) {
                LOG.warn("An attempt failed: {}", said);
            } else {
                LOG.warn(
                        "An attempt failed, and {} more since the last line about it: {}",
                        more,
                        said);
            }
        });
    }

    /** It was given up, through no fault of the upstream. */
    public void left() {
        inFlight.decrementAndGet();
        outcomes.abandoned();
    }

    /** It came to nothing before anything was sent. */
    public void unused() {
        inFlight.decrementAndGet();
    }

    /** How many calls are with it, whether or not anything limits them. */
    public int inFlight() {
        return inFlight.get();
    }

    /** The figures of now, each by itself. */
    public Snapshot snapshot() {
        return new Snapshot(
                name,
                breakerState(),
                ofKeys(),
                turnstile.limit(),
                inFlight(),
                turnstile.queued(),
                keys.count(),
                keys.resting(),
                budget.retries(),
                budget.calls(),
                streams.p95(),
                outcomes.snapshot());
    }

    /**
     * For those who watch.
     *
     * @param keyBreakers of each key, in the configuration's order; none where there is only one
     * @param limit calls at a time, {@link Integer#MAX_VALUE} if nothing limits them
     * @param keys how many there are
     * @param restingKeys how many of them were refused or limited, and are left alone for now
     * @param retries within the last minute
     * @param calls within the last minute
     * @param p95Nanos of streams, see {@link FirstByteTimes#p95}
     * @param outcomes of all calls that have ended
     */
    public record Snapshot(
            String name,
            Breaker.State breaker,
            List<Breaker.State> keyBreakers,
            int limit,
            int inFlight,
            int queued,
            int keys,
            int restingKeys,
            int retries,
            int calls,
            OptionalLong p95Nanos,
            Outcomes.Snapshot outcomes) {
        /**
         * What is wrong with it: why calls are not sent there now, or that none of the last went
         * well; empty if all is well.
         */
        public Optional<String> problem() {
            if (breaker == Breaker.State.OPEN) {
                return Optional.of(
                        "fails too often and is left alone for a moment" + outcomes.lately());
            }
            return keys > 0 && restingKeys == keys
                    ? Optional.of("has refused every key for now" + outcomes.lately())
                    : outcomes.problem();
        }
    }
}
