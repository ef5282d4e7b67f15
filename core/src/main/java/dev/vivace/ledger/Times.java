package dev.vivace.ledger;

/**
 * How long the parts of one call took, in microseconds; 0 means that it never happened.
 *
 * @param overheadMicros spent in the gateway, the upstream's not counted
 * @param upstreamMicros from the request's first departure to the answer's last byte, failed
 *     attempts and the waits between them included
 * @param firstTokenMicros from the request's arrival to the first byte of the answer's body
 * @param totalMicros from arrival to the end
 */
public record Times(
        long overheadMicros, long upstreamMicros, long firstTokenMicros, long totalMicros) {}
