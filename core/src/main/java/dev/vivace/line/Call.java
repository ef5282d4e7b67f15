package dev.vivace.line;

import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import dev.vivace.ledger.Tokens;
import java.util.List;

/**
 * Who asks for what, as the ledger remembers it.
 *
 * @param id its {@code x-vivace-id}
 * @param at when it came in, milliseconds since the epoch
 * @param arrived when its last byte came in, by {@link System#nanoTime}
 * @param tenant who asks; never a credential, but where the client's own goes upstream, a digest of
 *     it
 * @param door {@code chat}, {@code responses}, {@code messages}, {@code embeddings} or {@code
 *     other}
 * @param model as the client named it; empty if it named none
 * @param streamed whether a stream was asked for
 */
public record Call(
        String id,
        long at,
        long arrived,
        String tenant,
        String door,
        String model,
        boolean streamed) {
    /** The tenant of everybody who may use an upstream's configured key. */
    public static final String LOCAL = "local";

    /** The same call, once its body was read and its upstream is known. */
    public Call asking(String askedModel, boolean stream, boolean keyed) {
        return new Call(id, at, arrived, keyed ? LOCAL : tenant, door, askedModel, stream);
    }

    /** What the ledger keeps of it. */
    public LedgerEntry entry(
            CacheStatus cache,
            int status,
            Tokens tokens,
            Money money,
            Times times,
            int attempts,
            List<StageNote> stages,
            String error) {
        return new LedgerEntry(
                id, at, tenant, door, model, cache, status, tokens, money, times, streamed,
                attempts, stages, error);
    }
}
