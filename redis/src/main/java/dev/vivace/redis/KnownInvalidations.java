package dev.vivace.redis;

import dev.vivace.cache.CachedAnswer;
import dev.vivace.cache.Invalidation;
import java.util.ArrayList;
import java.util.List;

/**
 * The newest invalidations, in the order in which Redis has them, and what they hold for.
 * Immutable.
 *
 * <p>An answer carries the place up to which its writer had followed the stream when it stored it:
 * its stamp. Whatever comes after that place holds for it. So clocks play no part in it.
 *
 * @param all oldest first, at most {@link #MAX}
 * @param floor what is stamped before it is forgotten, for not all that came since is known
 * @param seen the place of the newest one ever seen
 */
record KnownInvalidations(List<One> all, StreamId floor, StreamId seen) {
    /** One of them, and its place. */
    record One(StreamId id, Invalidation which) {}

    /** So many are kept, here and in Redis; older ones hold for everything. */
    static final int MAX = 1_000;

    static final KnownInvalidations NONE =
            new KnownInvalidations(List.of(), StreamId.ZERO, StreamId.ZERO);

    /**
     * With those that were read next.
     *
     * @param next oldest first; those that were seen before count no more
     */
    KnownInvalidations with(List<One> next) {
        List<One> fresh = next.stream().filter(one -> seen.isBefore(one.id)).toList();
        if (fresh.isEmpty()) {
            return this;
        }
        StreamId from = floor;
        if (missedSome(fresh)) {
            from = later(from, fresh.getFirst().id);
        }
        List<One> joined = new ArrayList<>(all);
        joined.addAll(fresh);
        int tooMany = joined.size() - MAX;
        if (tooMany > 0) {
            from = later(from, joined.get(tooMany - 1).id);
            joined = joined.subList(tooMany, joined.size());
        }
        return new KnownInvalidations(List.copyOf(joined), from, fresh.getLast().id);
    }

    /** As many as Redis keeps: there may have been more, which it has dropped. */
    static boolean missedSome(List<One> fresh) {
        return fresh.size() >= MAX;
    }

    /** With a stream that has lost its end, or all of it. */
    KnownInvalidations backTo(StreamId last) {
        return new KnownInvalidations(
                all.stream().filter(one -> !last.isBefore(one.id)).toList(),
                floor.isBefore(last) ? floor : last,
                last);
    }

    /**
     * Whether an answer must not be served any more.
     *
     * @param stamp of the answer; one that was never seen is of a stream that was lost
     */
    boolean hold(StreamId stamp, CachedAnswer answer) {
        if (stamp.isBefore(floor) || seen.isBefore(stamp)) {
            return true;
        }
        for (int i = all.size() - 1; i >= 0 && stamp.isBefore(all.get(i).id); i--) {
            if (all.get(i).which.test(answer)) {
                return true;
            }
        }
        return false;
    }

    private static StreamId later(StreamId one, StreamId other) {
        return one.isBefore(other) ? other : one;
    }
}
