package dev.vivace.line;

import dev.vivace.key.Purse;
import dev.vivace.key.Spending;
import dev.vivace.ledger.StageNote;
import dev.vivace.ledger.Tokens;
import dev.vivace.limit.Claim;
import dev.vivace.limit.Taken;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * What a call with a key was given. Its monitor decides between a reservation that comes late and
 * the end of the call; nothing foreign runs under it but what never waits.
 */
final class KeyGrant implements Grant {
    private static final StageNote RATES = StageNote.of(Refusals.RATE, "within");
    private static final StageNote BUDGETS = StageNote.of(Refusals.BUDGET, "within");

    /** Replicas were asked, or told what they know without that. */
    private static final StageNote SHARED = StageNote.of("shared-limits", "asked");

    private final Quota quota;
    private final String keyId;
    private final String tenant;
    private final List<Claim> requestClaims;
    private final List<Claim> tokenClaims;
    private final List<Purse> purses;
    private volatile Optional<Standing> requests = Optional.empty();
    private volatile Optional<Standing> tokens = Optional.empty();
    private volatile boolean shared;
    private List<Claim> taken = List.of();
    private double heldUsd;
    private boolean settled;

    KeyGrant(
            Quota quota,
            String keyId,
            String tenant,
            List<Claim> requestClaims,
            List<Claim> tokenClaims,
            List<Purse> purses) {
        this.quota = quota;
        this.keyId = keyId;
        this.tenant = tenant;
        this.requestClaims = requestClaims;
        this.tokenClaims = tokenClaims;
        this.purses = purses;
    }

    @Override
    public Optional<Standing> requests() {
        return requests;
    }

    @Override
    public boolean metered() {
        return !purses.isEmpty() || !tokenClaims.isEmpty();
    }

    @Override
    public Optional<Standing> tokens() {
        return tokens;
    }

    @Override
    public CompletionStage<Optional<Decision.Refused>> admit(Call call) {
        CompletionStage<Optional<Decision.Refused>> asked =
                requestClaims.isEmpty()
                        ? Free.GO
                        : Claim.all(quota.buckets(), requestClaims)
                                .thenApply(outcome -> {
                                    requests = Optional.of(standing(outcome));
                                    return refused(call, outcome, "requests");
                                });
        return tokenClaims.isEmpty()
                ? asked
                : asked.thenCombine(look(), (refused, seen) -> refused);
    }

    /** Takes a token to see how many there are, and puts it back. */
    private CompletionStage<Claim.Outcome> look() {
        return Claim.all(quota.buckets(), tokenClaims)
                .thenApply(outcome -> {
                    Standing seen = standing(outcome);
                    if (outcome.taken() instanceof Taken.Granted) {
                        tokenClaims.forEach(claim -> claim.putBack(quota.buckets()));
                        seen = new Standing(seen.limit(), seen.remaining() + 1, seen.reset());
                    }
                    tokens = Optional.of(seen);
                    return outcome;
                });
    }

    @Override
    public CompletionStage<Optional<Decision.Refused>> reserve(
            Call call, List<Models.Target> models, long promptBytes, OptionalLong maxOutput) {
        if (purses.isEmpty() && tokenClaims.isEmpty()) {
            return Free.GO;
        }
        Tokens estimate = Quota.estimate(promptBytes, maxOutput);
        Optional<CompletionStage<?>> fresh = quota.spending().fresh(purses);
        return fresh.isEmpty()
                ? reserve(call, models, estimate)
                : fresh.get().thenCompose(known -> reserve(call, models, estimate));
    }

    private CompletionStage<Optional<Decision.Refused>> reserve(
            Call call, List<Models.Target> models, Tokens estimate) {
        if (!purses.isEmpty()) {
            double usd = quota.price(models, estimate);
            Optional<Spending.Exceeded> full = hold(usd);
            if (full.isPresent()) {
                return CompletableFuture.completedFuture(
                        Optional.of(Refusals.exceeded(call, full.get(), usd)));
            }
        }
        if (tokenClaims.isEmpty()) {
            return Free.GO;
        }
        List<Claim> wanted =
                tokenClaims.stream().map(claim -> claim.of(estimate.bought())).toList();
        return Claim.all(quota.buckets(), wanted)
                .thenApply(outcome -> {
                    tokens = Optional.of(standing(outcome));
                    if (outcome.taken() instanceof Taken.Granted) {
                        took(wanted);
                    } else {
                        release();
                    }
                    return refused(call, outcome, "tokens");
                });
    }

    private synchronized Optional<Spending.Exceeded> hold(double usd) {
        if (settled) {
            return Optional.empty();
        }
        Optional<Spending.Exceeded> full = quota.spending().hold(purses, usd);
        heldUsd = full.isEmpty() ? usd : 0;
        return full;
    }

    private synchronized void took(List<Claim> claims) {
        if (settled) {
            claims.forEach(claim -> claim.putBack(quota.buckets())); // its caller has left
        } else {
            taken = claims;
        }
    }

    @Override
    public synchronized void settle(long used, double usd) {
        if (settled) {
            return;
        }
        settled = true;
        // Counted before it is given back: no call finds room in between that is not there.
        quota.spending().add(keyId, tenant, usd);
        if (heldUsd > 0) {
            quota.spending().release(purses, heldUsd);
        }
        taken.forEach(claim -> claim.settle(quota.buckets(), used));
    }

    @Override
    public List<StageNote> notes() {
        boolean rates = !requestClaims.isEmpty() || !tokenClaims.isEmpty();
        boolean budgets = !purses.isEmpty();
        List<StageNote> notes =
                budgets
                        ? rates ? List.of(RATES, BUDGETS) : List.of(BUDGETS)
                        : rates ? List.of(RATES) : List.of();
        if (!shared && !(budgets && quota.spending().shared())) {
            return notes;
        }
        var more = new ArrayList<>(notes);
        more.add(SHARED);
        return more;
    }

    private Standing standing(Claim.Outcome outcome) {
        if (outcome.taken().shared()) {
            shared = true;
        }
        long limit = outcome.decisive().perMinute();
        return switch (outcome.taken()) {
            case Taken.Granted granted -> new Standing(limit, granted.remaining(), granted.reset());
            case Taken.Short none -> new Standing(limit, none.remaining(), full(limit, none));
        };
    }

    /** About when it is full again, of a bucket that says only when there is enough. */
    private static Duration full(long limit, Taken.Short none) {
        Duration rest = Duration.ofNanos((long) ((limit - none.remaining()) * (60e9 / limit)));
        return rest.compareTo(none.retryAfter()) > 0 ? rest : none.retryAfter();
    }

    private static Optional<Decision.Refused> refused(
            Call call, Claim.Outcome outcome, String what) {
        return outcome.taken() instanceof Taken.Short none
                ? Optional.of(Refusals.tooMany(call, outcome.decisive(), what, none.retryAfter()))
                : Optional.empty();
    }
}
