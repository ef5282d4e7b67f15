package dev.vivace.config;

import dev.vivace.deliver.Balance;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.key.TenantName;
import java.time.Duration;

/** What the settings accept whose records know no files. */
final class Rules {
    static final Rule<Balance> BALANCE = Rule.choice(Balance.class);

    static final Rule<Integer> ATTEMPTS = Rule.integer(1, 10);
    static final Rule<Double> RETRY_BUDGET = Rule.share(true);
    static final Rule<Integer> RETRY_FLOOR = Rule.integer(0, 1_000);
    static final Rule<Duration> RETRY_BASE =
            Rule.duration(Duration.ofMillis(1), Duration.ofMinutes(1));
    static final Rule<Duration> MAX_WAIT = Rule.duration(Duration.ZERO, Duration.ofMinutes(5));
    static final Rule<Boolean> HEDGE = Rule.onOff();

    static final Rule<Boolean> BREAKER_MODE = Rule.onOff();
    static final Rule<Duration> WINDOW =
            Rule.duration(Duration.ofSeconds(1), Duration.ofMinutes(10));
    static final Rule<Integer> MIN_CALLS = Rule.integer(1, 100_000);
    static final Rule<Double> FAILURE_RATE = Rule.share(false);
    static final Rule<Duration> OPEN = Rule.duration(Duration.ofMillis(10), Duration.ofMinutes(10));
    static final Rule<Integer> PROBES = Rule.integer(1, 100);

    static final Rule<ConcurrencyOptions.Mode> CONCURRENCY_MODE =
            Rule.choice(ConcurrencyOptions.Mode.class);
    static final Rule<Integer> MAX_CALLS = Rule.integer(1, 100_000);
    static final Rule<Integer> QUEUE = Rule.integer(0, 100_000);
    static final Rule<Duration> QUEUE_WAIT = Rule.duration(Duration.ZERO, Duration.ofMinutes(10));

    /** Calls or tokens. */
    static final Rule<Long> PER_MINUTE = Rule.whole(1, 1L << 40);

    static final Rule<Double> BUDGET = Rule.dollars(1_000_000_000);
    static final Rule<String> TENANT = Rule.text(TenantName.EXPECTED, TenantName.regex());

    static final Rule<String> REGION =
            Rule.text("1 to 64 letters, digits, '-', '_' or '.'", "[A-Za-z0-9._-]{1,64}");

    private Rules() {}
}
