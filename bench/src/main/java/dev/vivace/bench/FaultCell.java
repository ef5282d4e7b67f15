package dev.vivace.bench;

import java.util.Locale;

/**
 * One row of the fault matrix.
 *
 * @param fault as the simulator calls it
 * @param rate share of the calls to the faulty upstream that meet it
 */
record FaultCell(String fault, double rate, boolean streamed, Place place) {
    /** Where the faulty upstream stands. */
    enum Place {
        /** First of two; the other is healthy. */
        FIRST,
        /** Second of three: the first always answers 503, the third is healthy. */
        LATER,
        /** There is no other. */
        ALONE
    }

    /**
     * Whether nobody needs to notice: somebody healthy is there, and the fault strikes before the
     * first byte is shown. A stream that breaks in its middle has been seen already.
     */
    boolean mendable() {
        boolean midStream = streamed && (fault.equals("cut") || fault.equals("garbage"));
        return fault.equals("slow") || place != Place.ALONE && !midStream;
    }

    String name() {
        return "%-8s %4.0f %%  %-6s  %-5s"
                .formatted(
                        fault,
                        rate * 100,
                        streamed ? "stream" : "whole",
                        place.name().toLowerCase(Locale.ROOT));
    }
}
