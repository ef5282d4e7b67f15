package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.line.UpstreamRequest.Kind;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is asked next when an attempt of a flight failed, or somebody let it in nowhere. Decides
 * only; a retry that it decides for is taken from the budget. Who is asked and lets nobody in is
 * passed by, as if it were not there: what is next is then asked for once more.
 */
final class Mending {
    private record Failed(Attempt attempt, Cause cause, Optional<Duration> retryAfter) {}

    private final Targets targets;
    private final RetryOptions options;
    private final Kind kind;
    private final boolean flows;
    private @Nullable Failed failed;
    private boolean mayBeAskedAgain;
    private boolean refused;
    private String whyNobody = "";

    /**
     * @param flows whether the request flows through, so that it cannot be sent twice
     */
    Mending(Targets targets, RetryOptions options, Kind kind, boolean flows) {
        this.targets = targets;
        this.options = options;
        this.kind = kind;
        this.flows = flows;
    }

    /** An attempt has come to nothing. */
    void failed(Attempt attempt, Cause cause, Optional<Duration> retryAfter) {
        failed = new Failed(attempt, cause, retryAfter);
        mayBeAskedAgain = true;
        refused = false;
    }

    /** Somebody was asked and let nobody in. */
    void refused(Candidate by, Failure why) {
        by.refused(why);
        refused = true;
        whyNobody = why.kind() == Failure.Kind.RESTING ? "resting" : "busy";
    }

    /** What is to be tried next; nothing if nothing is left. */
    Optional<Step> next() {
        Optional<Step> next = failed == null ? elsewhere(whyNobody) : after(failed);
        boolean mayWait = refused && (failed == null || failed.cause.retriable());
        return next.isEmpty() && mayWait ? whenKeysAreBack() : next;
    }

    private Optional<Step> after(Failed what) {
        if (flows && what.cause != Cause.UNREACHABLE) {
            return Optional.empty(); // nothing of it has begun to flow only then
        }
        if (what.cause == Cause.TOO_LONG) {
            return targets.larger().map(larger -> Step.fallback(larger, "too-long"));
        }
        if (!what.cause.elsewhere()) {
            return again(what);
        }
        String why = label(what.cause);
        return targets.twin(what.attempt.candidate())
                .map(twin -> Step.fallback(twin, why))
                .or(() -> again(what))
                .or(() -> elsewhere(why));
    }

    private Optional<Step> elsewhere(String why) {
        return targets.next().map(one -> Step.fallback(one, why));
    }

    private Optional<Step> again(Failed what) {
        Attempt attempt = what.attempt;
        Cause cause = what.cause;
        Candidate to = attempt.candidate();
        UpstreamState state = to.lane().state();
        boolean otherKey =
                (cause == Cause.RATE_LIMITED || cause.aboutKey())
                        && state.keys().count() > 1
                        && state.keys().restsFor().isZero();
        boolean late = cause == Cause.TIMEOUT && targets.next().isPresent();
        boolean worked = cause != Cause.UNREACHABLE && kind == Kind.UNSAFE;
        if (!mayBeAskedAgain || !(cause.retriable() || otherKey) || late || worked) {
            return Optional.empty();
        }
        mayBeAskedAgain = false;
        Duration pause =
                otherKey || attempt.reused() && cause == Cause.BROKEN
                        ? Duration.ZERO
                        : what.retryAfter.orElseGet(() -> state.backoff().before(to.tries()));
        if (pause.compareTo(options.maxWait()) > 0
                || to.tries() >= options.attempts()
                || !state.budget().tryRetry()) {
            return Optional.empty();
        }
        return Optional.of(new Step(Step.Kind.RETRY, to, label(cause), pause, attempt.reused()));
    }

    private Optional<Step> whenKeysAreBack() {
        Step soonest = null;
        for (Candidate each : targets.chain()) {
            Duration rest = each.lane().state().keys().restsFor();
            boolean waits =
                    each.refusal().filter(why -> why.kind() == Failure.Kind.OVERLOADED).isPresent();
            if (waits
                    && rest.isPositive()
                    && rest.compareTo(options.maxWait()) <= 0
                    && each.tries() < options.attempts()
                    && (soonest == null || rest.compareTo(soonest.pause()) < 0)) {
                soonest = new Step(Step.Kind.RETRY, each, "keys-rest", rest, false);
            }
        }
        return Optional.ofNullable(soonest);
    }

    private static String label(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
