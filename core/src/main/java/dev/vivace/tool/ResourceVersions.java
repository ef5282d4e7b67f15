package dev.vivace.tool;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How often what lies at a resource may have changed. The version of what a call reads is larger
 * after every beginning and every end of a write of anything that {@linkplain Resource#overlaps
 * overlaps} it, and the same otherwise.
 *
 * <p>Each place in the tree counts the writes that were exactly there, and those that were there or
 * below. What overlaps a place is what lies above it, at it and below it: its version is the sum of
 * the first counter over all places above it, and its own second one. Every write is counted once
 * for each place it overlaps, so that versions grow and never come back.
 *
 * <p>At most so many places are kept. When there are more, all are forgotten and every version
 * becomes larger than any before: what was cached is then read again. Thread-safe; one monitor,
 * held for as long as it takes to walk a path.
 */
public final class ResourceVersions {
    private static final Logger LOG = LoggerFactory.getLogger(ResourceVersions.class);
    private static final int MAX_PLACES = 100_000;
    private static final long LONG_NANOS = Duration.ofMinutes(1).toNanos();
    private static final String ANY = Resource.EVERYTHING.space();

    /** The only space in which a path can begin nobody knows where. */
    private static final String FILES = Resource.file("/").space();

    private static final String HERE = Resource.file("").path().getFirst();

    private final int maxPlaces;
    private final LongSupplier nanos;
    private final Map<String, Place> spaces = new HashMap<>();
    private final Set<Write> underWay = new LinkedHashSet<>();
    private int places;

    /** Of all beginnings and ends, whatever they wrote; no version is larger. */
    private long all;

    /** Of those that wrote everything, and of all that was forgotten. */
    private long everywhere;

    public ResourceVersions() {
        this(MAX_PLACES, System::nanoTime);
    }

    /**
     * @param nanos a clock that never goes back
     */
    ResourceVersions(int maxPlaces, LongSupplier nanos) {
        this.maxPlaces = maxPlaces;
        this.nanos = nanos;
    }

    /** A write that may be changing its resources until it ends. */
    final class Write implements AutoCloseable {
        private final String who;
        private final List<Resource> writes;
        private final long begun = nanos.getAsLong();
        private boolean told;

        private Write(String who, List<Resource> writes) {
            this.who = who;
            this.writes = writes;
        }

        /** To be called when nothing is changed any more, also after a failure. Idempotent. */
        void end() {
            ended(this);
        }

        @Override
        public void close() {
            end();
        }
    }

    /** To be called before anything is changed. */
    synchronized Write begin(String who, List<Resource> writes) {
        var write = new Write(who, writes);
        if (!writes.isEmpty()) {
            underWay.add(write);
            writes.forEach(this::count);
        }
        return write;
    }

    private synchronized void ended(Write write) {
        if (underWay.remove(write)) {
            write.writes.forEach(this::count);
        }
    }

    /**
     * Writes that have begun and not ended: what they may change is not kept until then.
     *
     * @param oldest how long ago the first of them began; zero if there is none
     */
    public record Unfinished(int writes, Duration oldest) {}

    public synchronized Unfinished unfinished() {
        var oldest = underWay.stream().findFirst().map(this::age).orElse(0L);
        return new Unfinished(underWay.size(), Duration.ofNanos(oldest));
    }

    private long age(Write write) {
        return nanos.getAsLong() - write.begun;
    }

    /** The version of all these together; 0 of nothing. */
    synchronized long version(List<Resource> reads) {
        long sum = 0;
        for (Resource read : reads) {
            sum += version(read);
        }
        return sum;
    }

    /** The version, unless a write that overlaps is under way: then what is read is uncertain. */
    synchronized OptionalLong settled(List<Resource> reads) {
        for (Write each : underWay) {
            for (Resource write : each.writes) {
                for (Resource read : reads) {
                    if (write.overlaps(read)) {
                        tell(each);
                        return OptionalLong.empty();
                    }
                }
            }
        }
        return OptionalLong.of(version(reads));
    }

    /** Once: a tool that never returns is in the way of all that it might be writing. */
    private void tell(Write write) {
        long age = age(write);
        if (!write.told && age >= LONG_NANOS) {
            write.told = true;
            LOG.warn(
                    "results are not kept while the tool {}, begun {} s ago, may still write {}",
                    ShortText.of(write.who),
                    age / 1_000_000_000,
                    ShortText.of(write.writes.toString()));
        }
    }

    synchronized int places() {
        return places;
    }

    private void count(Resource written) {
        all++;
        if (written.space().equals(ANY)) {
            everywhere++;
            return;
        }
        // More than are missing, but what is forgotten too early is only read again.
        if (places + written.path().size() + 1 > maxPlaces) {
            forget();
            return;
        }
        Place place = spaces.computeIfAbsent(written.space(), this::added);
        place.within++;
        for (String name : written.path()) {
            place = place.below.computeIfAbsent(name, this::added);
            place.within++;
        }
        place.exactly++;
    }

    private Place added(String name) {
        places++;
        return new Place();
    }

    private void forget() {
        spaces.clear();
        places = 0;
        everywhere = all;
    }

    private long version(Resource read) {
        if (read.space().equals(ANY)) {
            return all;
        }
        Place root = spaces.get(read.space());
        if (root == null) {
            return everywhere;
        }
        long sum = everywhere + (read.space().equals(FILES) ? elsewhere(root, read.path()) : 0);
        Place place = root;
        for (String name : read.path()) {
            sum += place.exactly;
            place = place.below.get(name);
            if (place == null) {
                return sum;
            }
        }
        return sum + place.within;
    }

    /** Writes of relative files for who reads absolute ones, and the other way round. */
    private static long elsewhere(Place root, List<String> path) {
        if (path.isEmpty()) {
            return 0;
        }
        Place here = root.below.get(HERE);
        long relative = here == null ? 0 : here.within;
        return path.getFirst().equals(HERE) ? root.within - root.exactly - relative : relative;
    }

    private static final class Place {
        private final Map<String, Place> below = new HashMap<>(2);
        private long exactly;
        private long within;
    }
}
