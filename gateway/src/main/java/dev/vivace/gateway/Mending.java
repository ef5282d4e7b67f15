package dev.vivace.gateway;

import dev.vivace.answer.Failure;
import dev.vivace.deliver.Cause;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.deliver.UpstreamState;
import dev.vivace.line.UpstreamRequest.Kind;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Who is asked next when somebody failed, or let nobody in. Decides only; what it decides for is
 * taken from the budget for retries.
 *
 * @param flows whether the request flows through, so that it cannot be sent twice
 */
record Mending(Targets targets, RetryOptions options, Kind kind, boolean flows) {

    /** What mends the failure of an attempt; nothing if it cannot be mended. */
    Optional<Step> after(Attempt failed, Cause cause, Optional<Duration> retryAfter) {
        if (flows && cause != Cause.UNREACHABLE) {
            return Optional.empty(); // nothing of it has begun to flow only then
        }
        if (cause == Cause.TOO_LONG) {
            return targets.larger().map(larger -> Step.fallback(larger, "too-long"));
        }
        Optional<Step> twin =
                cause.elsewhere()
                        ? targets.twin(failed.candidate())
                                .map(one -> Step.fallback(one, label(cause)))
                        : Optional.empty();
        return twin.or(() -> again(failed, cause, retryAfter))
                .or(() ->
                        cause.elsewhere()
                                ? targets.next().map(one -> Step.fallback(one, label(cause)))
                                : Optional.empty());
    }

    private Optional<Step> again(Attempt failed, Cause cause, Optional<Duration> retryAfter) {
        Candidate to = failed.candidate();
        UpstreamState state = to.lane().state();
        boolean otherKey =
                (cause == Cause.RATE_LIMITED || cause == Cause.REFUSED_KEY)
                        && state.keys().count() > 1
                        && state.keys().restsFor().isZero();
        boolean late = cause == Cause.TIMEOUT && targets.next().isPresent();
        boolean worked = cause != Cause.UNREACHABLE && kind == Kind.UNSAFE;
        if (!(cause.retriable() || otherKey) || late || worked) {
            return Optional.empty();
        }
        Duration wait =
                otherKey || failed.reused() && cause == Cause.BROKEN
                        ? Duration.ZERO
                        : retryAfter.orElseGet(() -> state.backoff().before(to.tries()));
        if (wait.compareTo(options.maxWait()) > 0
                || to.tries() >= options.attempts()
                || !state.budget().tryRetry()) {
            return Optional.empty();
        }
        return Optional.of(new Step(Step.Kind.RETRY, to, label(cause), wait, failed.reused()));
    }

    /** Who is asked in place of one that lets nobody in; nothing if there is nobody. */
    Optional<Step> after(Candidate closed, Failure why) {
        String busy = why.kind() == Failure.Kind.RESTING ? "resting" : "busy";
        return targets.next()
                .map(one -> Step.fallback(one, busy))
                .or(() -> whenKeysAreBack(closed, why));
    }

    private Optional<Step> whenKeysAreBack(Candidate closed, Failure why) {
        boolean worthWaiting =
                why.kind() == Failure.Kind.OVERLOADED
                        && !closed.lane().state().keys().restsFor().isZero()
                        && closed.tries() < options.attempts();
        return why.retryAfter()
                .filter(rest -> worthWaiting && rest.compareTo(options.maxWait()) <= 0)
                .map(rest -> new Step(Step.Kind.RETRY, closed, "keys-rest", rest, false));
    }

    private static String label(Cause cause) {
        return cause.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
