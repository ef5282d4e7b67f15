package dev.vivace.ledger;

import java.util.List;

/**
 * What became of one call.
 *
 * @param id the call's {@code x-vivace-id}
 * @param at when the call came in, milliseconds since the epoch
 * @param tenant who asked: never a credential, at most a digest of one
 * @param key the public name of the client key that was shown; empty where there was none
 * @param door {@code chat}, {@code responses}, {@code messages}, {@code embeddings}, {@code mcp} or
 *     {@code other}
 * @param model the model asked for, or the tool that was called, as the client wrote it; empty
 *     where the call names none
 * @param cache where the answer came from
 * @param status the HTTP status that the client got; 499 if it left before
 * @param tokens what was bought and what was not
 * @param money likewise
 * @param times how long it took
 * @param streamed whether the client asked for a stream
 * @param attempts how often the upstream was asked
 * @param stages what each stage did, in order
 * @param error what went wrong, in one line without secrets; empty if nothing did
 */
public record LedgerEntry(
        String id,
        long at,
        String tenant,
        String key,
        String door,
        String model,
        CacheStatus cache,
        int status,
        Tokens tokens,
        Money money,
        Times times,
        boolean streamed,
        int attempts,
        List<StageNote> stages,
        String error) {
    public double costUsd() {
        return money.costUsd();
    }

    public double savedUsd() {
        return money.savedUsd();
    }

    public long overheadMicros() {
        return times.overheadMicros();
    }

    public long upstreamMicros() {
        return times.upstreamMicros();
    }

    public long firstTokenMicros() {
        return times.firstTokenMicros();
    }

    public long totalMicros() {
        return times.totalMicros();
    }
}
