package dev.vivace.gateway;

import dev.vivace.config.Config;
import dev.vivace.deliver.RetryOptions;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Gateways for tests, each on a free port of the loopback address. */
final class Gateways {
    private Gateways() {}

    static final RetryOptions NEVER_AGAIN =
            new RetryOptions(1, 0, 0, Duration.ofMillis(1), Duration.ZERO, false);

    static Gateway retrying(URI upstream, RetryOptions retries) {
        return retrying(upstream, retries, System::nanoTime);
    }

    static Gateway retrying(URI upstream, RetryOptions retries, LongSupplier nanoTime) {
        return Gateway.start(
                config(upstream).toBuilder().retries(retries).build(), Optional.empty(), nanoTime);
    }

    static Config config(URI upstream) {
        return Config.proxyTo(upstream, Optional.empty())
                .withServer(new Config.Server("127.0.0.1", 0));
    }

    static Gateway to(URI upstream) {
        return Gateway.start(config(upstream));
    }

    static Gateway keyed(URI upstream, Config.Protocol protocol, String key) {
        var upstreams = new LinkedHashMap<String, Config.Upstream>();
        upstreams.put("main", new Config.Upstream(upstream, protocol, Optional.of(key)));
        return Gateway.start(config(upstream).withUpstreams(upstreams));
    }

    static Gateway keeping(URI upstream, Path data) {
        return Gateway.start(config(upstream).withData(Optional.of(data)));
    }

    static Gateway limited(URI upstream, Config.Limits limits) {
        Config base = config(upstream);
        return Gateway.start(with(base, limits, base.timeouts()));
    }

    static Gateway impatient(URI upstream, Duration firstByte, Duration idle) {
        Config base = config(upstream);
        return Gateway.start(
                with(
                        base,
                        base.limits(),
                        new Config.Timeouts(Duration.ofSeconds(5), firstByte, idle)));
    }

    private static Config with(Config base, Config.Limits limits, Config.Timeouts timeouts) {
        return base.toBuilder().limits(limits).timeouts(timeouts).build();
    }

    /** How many calls the gateway says are in flight. */
    static int inFlight(Gateway gateway) throws Exception {
        String metrics = Wire.get(gateway.address(), "/metrics").text();
        for (String line : metrics.lines().toList()) {
            if (line.startsWith("vivace_in_flight ")) {
                return (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
            }
        }
        throw new AssertionError("no vivace_in_flight in " + metrics);
    }

    /** Waits until no call is in flight: an exchange may end just after its last byte has left. */
    static void awaitIdle(Gateway gateway) throws Exception {
        awaitInFlight(gateway, 0);
    }

    /** Waits until so many calls are in flight. */
    static void awaitInFlight(Gateway gateway, int calls) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        int now = inFlight(gateway);
        while (now != calls && System.nanoTime() < deadline) {
            now = inFlight(gateway);
        }
        if (now != calls) {
            throw new AssertionError(now + " calls are in flight, not " + calls);
        }
    }
}
