package dev.vivace.line;

import dev.vivace.key.Spending;
import dev.vivace.ledger.StageNote;
import dev.vivace.limit.Claim;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** What is said to calls that go beyond a limit. */
final class Refusals {
    static final String RATE = "rate-limit";
    static final String BUDGET = "budget";
    private static final String OVER = "over";

    private Refusals() {}

    /**
     * @param what {@code requests} or {@code tokens}
     */
    static Decision.Refused tooMany(Call call, Claim limit, String what, Duration retryAfter) {
        String[] owner = limit.bucket().split(":", 3);
        String message =
                "The limit of %d %s a minute of %s %s is reached%s. Ask again in %d s."
                        .formatted(
                                limit.perMinute(),
                                what,
                                owner[0],
                                owner[1],
                                limit.amount() > 1
                                        ? ": this call is reckoned at %d, its answer's bound included (a smaller max_tokens is reckoned with less)"
                                                .formatted(limit.amount())
                                        : "",
                                seconds(retryAfter));
        return new Decision.Refused(call, 429, message, Decision.Refused.RATE_LIMIT, retryAfter);
    }

    /** Small amounts with as many digits as say something. */
    private static String amount(double usd) {
        int digits = usd > 0 && usd < 1 ? 3 - (int) Math.floor(Math.log10(usd)) : 4;
        return String.format(Locale.ROOT, "%." + Math.clamp(digits, 4, 9) + "f", usd);
    }

    /**
     * @param usd what the call was reckoned at
     */
    static Decision.Refused exceeded(Call call, Spending.Exceeded full, double usd) {
        String message =
                String.format(
                        Locale.ROOT,
                        "The budget of %s, %s US dollars a %s (UTC), has no room for this call, which"
                                + " is reckoned at %s with the longest answer that it allows (a smaller"
                                + " max_tokens is reckoned with less): %s are spent and %s held for"
                                + " calls on their way. It begins anew at %s.",
                        full.purse(),
                        BigDecimal.valueOf(full.budget()).stripTrailingZeros().toPlainString(),
                        full.period(),
                        amount(usd),
                        amount(full.spent()),
                        amount(full.held()),
                        full.reset());
        Duration left = Duration.between(Instant.ofEpochMilli(call.at()), full.reset());
        return new Decision.Refused(
                call,
                429,
                message,
                Decision.Refused.QUOTA,
                left.isPositive() ? left : Duration.ofSeconds(1));
    }

    /** Which limit it was that refused a call; empty if it was another matter. */
    static List<StageNote> notes(Decision.Refused refused) {
        return switch (refused.code()) {
            case Decision.Refused.RATE_LIMIT -> List.of(StageNote.of(RATE, OVER));
            case Decision.Refused.QUOTA -> List.of(StageNote.of(BUDGET, OVER));
            default ->
                    switch (refused.status()) {
                        case 401 -> List.of(StageNote.of("client-key", "refused"));
                        case 403 -> List.of(StageNote.of("client-key", "forbidden"));
                        default -> List.of();
                    };
        };
    }

    private static long seconds(Duration time) {
        return time.plusNanos(999_999_999).toSeconds();
    }
}
