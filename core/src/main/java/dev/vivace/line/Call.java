package dev.vivace.line;

import dev.vivace.key.Principal;
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
 * @param principal who asks; where the client's own credential goes upstream, its tenant is a
 *     digest of that
 * @param door {@code chat}, {@code responses}, {@code messages}, {@code embeddings} or {@code
 *     other}
 * @param model as the client named it; empty if it named none
 * @param streamed whether a stream was asked for
 * @param grant what it may use
 */
public record Call(
        String id,
        long at,
        long arrived,
        Principal principal,
        String door,
        String model,
        boolean streamed,
        Grant grant) {
    /** A call without limits. */
    public Call(
            String id,
            long at,
            long arrived,
            Principal principal,
            String door,
            String model,
            boolean streamed) {
        this(id, at, arrived, principal, door, model, streamed, Grant.NONE);
    }

    /** The same call with a grant. */
    Call with(Grant own) {
        return new Call(id, at, arrived, principal, door, model, streamed, own);
    }

    public String tenant() {
        return principal.tenant();
    }

    /**
     * The same call, once its body was read and its upstream is known.
     *
     * @param keyed whether the upstream gets a key of ours, so that the client's credential, if it
     *     is none of ours, separates nobody
     */
    public Call asking(String askedModel, boolean stream, boolean keyed) {
        Principal known =
                keyed && principal.key().isEmpty()
                        ? Principal.LOCAL.with(principal.priority())
                        : principal;
        return new Call(id, at, arrived, known, door, askedModel, stream, grant);
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
                id,
                at,
                tenant(),
                principal.keyId(),
                door,
                model,
                cache,
                status,
                tokens,
                money,
                times,
                streamed,
                attempts,
                stages,
                error);
    }
}
