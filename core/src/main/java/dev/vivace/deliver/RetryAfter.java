package dev.vivace.deliver;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/** How long an upstream asks to be left alone. */
public final class RetryAfter {
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final Pattern DECIMAL = Pattern.compile("\\d{1,15}(\\.\\d{0,15})?");

    private RetryAfter() {}

    /**
     * What the headers say, a day at most; empty if they say nothing that makes sense, or a time
     * that is past.
     *
     * @param retryAfter seconds, or an HTTP date
     * @param retryAfterMs milliseconds, finer and therefore first
     * @param now what a date counts from
     */
    public static Optional<Duration> of(
            Optional<String> retryAfter, Optional<String> retryAfterMs, Instant now) {
        return retryAfterMs
                .flatMap(text -> decimal(text, 6))
                .or(() -> retryAfter.flatMap(text -> decimal(text, 9).or(() -> date(text, now))))
                .map(wait -> wait.compareTo(LONGEST) > 0 ? LONGEST : wait);
    }

    /** A number whose unit is ten to this many nanoseconds. */
    private static Optional<Duration> decimal(String text, int exponent) {
        String number = text.strip();
        if (!DECIMAL.matcher(number).matches()) {
            return Optional.empty();
        }
        BigDecimal nanos = new BigDecimal(number).scaleByPowerOfTen(exponent);
        return Optional.of(
                nanos.compareTo(BigDecimal.valueOf(LONGEST.toNanos())) > 0
                        ? LONGEST
                        : Duration.ofNanos(nanos.longValue()));
    }

    private static Optional<Duration> date(String text, Instant now) {
        try {
            Instant then = DateTimeFormatter.RFC_1123_DATE_TIME.parse(text.strip(), Instant::from);
            return then.isBefore(now) ? Optional.empty() : Optional.of(Duration.between(now, then));
        } catch (DateTimeException notADate) {
            return Optional.empty();
        }
    }
}
