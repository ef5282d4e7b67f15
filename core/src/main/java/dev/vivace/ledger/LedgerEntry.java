package dev.vivace.ledger;

import java.util.List;

/**
 * What became of one call. Times are in microseconds; 0 means that it never happened.
 *
 * @param id the call's {@code x-vivace-id}
 * @param at when the call came in, milliseconds since the epoch
 * @param tenant who asked: never a credential, at most a digest of one
 * @param door {@code chat}, {@code responses}, {@code messages}, {@code embeddings} or {@code
 *     other}
 * @param model the model asked for, as the client wrote it; empty where the call names none
 * @param cache where the answer came from
 * @param status the HTTP status that the client got; 499 if it left before
 * @param tokens what was bought and what was not
 * @param costUsd what this call cost
 * @param savedUsd what it would have cost more without us
 * @param overheadMicros time spent in the gateway, the upstream's not counted
 * @param upstreamMicros from the request's departure to the answer's last byte
 * @param firstTokenMicros from the request's arrival to the first byte of the answer's body
 * @param totalMicros from arrival to the end
 * @param streamed whether the client asked for a stream
 * @param attempts how often the upstream was asked
 * @param stages what each stage did, in order
 * @param error what went wrong, in one line without secrets; empty if nothing did
 */
public record LedgerEntry(
        String id,
        long at,
        String tenant,
        String door,
        String model,
        CacheStatus cache,
        int status,
        Tokens tokens,
        double costUsd,
        double savedUsd,
        long overheadMicros,
        long upstreamMicros,
        long firstTokenMicros,
        long totalMicros,
        boolean streamed,
        int attempts,
        List<StageNote> stages,
        String error) {}
