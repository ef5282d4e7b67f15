package dev.vivace.tool;

import java.util.List;

/**
 * What a call does to the world. Reads go together; where one of two calls writes what the other
 * reads or writes, they keep their order.
 *
 * @param reads what its result depends on, beside its arguments
 * @param writes what it may change, also when it fails
 * @param external whether it is felt outside, as a message that is sent: never repeated by us
 */
public record Effects(List<Resource> reads, List<Resource> writes, boolean external) {
    /** The result depends on the arguments alone. */
    public static final Effects PURE = new Effects(List.of(), List.of(), false);

    /** It may do anything: what is said of a tool of which nothing is known. */
    public static final Effects UNKNOWN =
            new Effects(List.of(), List.of(Resource.EVERYTHING), true);

    private static final Resource OUTSIDE = Resource.of("external");

    public Effects {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
    }

    /**
     * @throws IllegalArgumentException if nothing is named: say {@link #PURE}
     */
    public static Effects read(Resource... what) {
        some(what);
        return new Effects(List.of(what), List.of(), false);
    }

    /**
     * @throws IllegalArgumentException if nothing is named: say {@link #PURE}
     */
    public static Effects write(Resource... what) {
        some(what);
        return new Effects(List.of(), List.of(what), false);
    }

    private static void some(Resource... what) {
        if (what.length == 0) {
            throw new IllegalArgumentException(
                    "no resource is named: a call that has to do with none is PURE");
        }
    }

    /** Felt outside, and only there: such calls keep their order among themselves. */
    public static Effects outside() {
        return new Effects(List.of(), List.of(OUTSIDE), true);
    }

    /** Of a call that does what both do. */
    public Effects and(Effects other) {
        return new Effects(
                join(reads, other.reads), join(writes, other.writes), external || other.external);
    }

    private static List<Resource> join(List<Resource> a, List<Resource> b) {
        return java.util.stream.Stream.concat(a.stream(), b.stream()).distinct().toList();
    }

    /** Whether it changes nothing, so that its result can be kept and it can be called again. */
    public boolean readOnly() {
        return writes.isEmpty() && !external;
    }

    /** Whether a call that may have been made can be made again: not where it is felt outside. */
    boolean repeatable(Tool tool) {
        return readOnly() || (tool.idempotent() && !external);
    }

    /** Whether two such calls must keep their order: what is felt outside is in one place. */
    public boolean conflicts(Effects other) {
        return (external && other.external)
                || overlap(writes, other.writes)
                || overlap(writes, other.reads)
                || overlap(reads, other.writes);
    }

    private static boolean overlap(List<Resource> some, List<Resource> others) {
        for (Resource one : some) {
            for (Resource other : others) {
                if (one.overlaps(other)) {
                    return true;
                }
            }
        }
        return false;
    }
}
