package dev.vivace.line;

import dev.vivace.key.Principal;
import dev.vivace.ledger.CacheStatus;
import dev.vivace.ledger.LedgerEntry;
import dev.vivace.ledger.Money;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Times;
import dev.vivace.ledger.Tokens;
import dev.vivace.request.RequestScan;
import java.util.List;
import java.util.Optional;

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

    /**
     * Why it may not ask for what its body names: a sentence for the client; empty if it may.
     *
     * <p>Who may use some models only, or pays for tokens, may not name further ones for the
     * provider to choose from: the answer could be another model's, at another price.
     */
    public Optional<String> forbidden(RequestScan scan) {
        Optional<String> model = principal.refuses(scan.model());
        return model.isPresent() || !scan.otherModels() || !bounded()
                ? model
                : Optional.of(
                        "'models', 'fallbacks', 'context_window_fallbacks' and"
                                + " 'content_policy_fallbacks' are not allowed with this key,"
                                + " which has a list"
                                + " of models, a budget or a limit on tokens: the provider could"
                                + " answer with another model. Name one in 'model'.");
    }

    private boolean bounded() {
        return grant.metered()
                || principal.key().filter(key -> !key.models().isEmpty()).isPresent();
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
