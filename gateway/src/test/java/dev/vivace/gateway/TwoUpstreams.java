package dev.vivace.gateway;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigBuilder;
import dev.vivace.config.ModelRoute;
import dev.vivace.deliver.RetryOptions;
import dev.vivace.limit.Rates;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Two upstreams that have the same model, and a gateway before them. */
abstract class TwoUpstreams {
    static final String BROKEN = "{\"error\":{\"message\":\"down\"}}";
    static final String HERE = Chat.answer("here");

    Upstream first;
    Upstream second;
    private ExecutorService threads;

    @BeforeEach
    void start() throws Exception {
        first = Upstream.start(Chat::reply);
        second = Upstream.start((call, reply) -> reply.json(200, HERE));
        threads = Executors.newVirtualThreadPerTaskExecutor();
    }

    @AfterEach
    void stop() throws Exception {
        threads.shutdownNow();
        first.close();
        second.close();
    }

    CompletableFuture<Wire.Answer> ask(Gateway gateway, String body, String... headers) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return Wire.ask(gateway.address(), Chat.PATH, body, headers);
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                threads);
    }

    static RetryOptions retries(int attempts, int floor, Duration base) {
        return new RetryOptions(attempts, 0, floor, base, Duration.ofSeconds(10), false);
    }

    Gateway alone(UnaryOperator<ConfigBuilder> with) {
        return start(false, with);
    }

    Gateway both(UnaryOperator<ConfigBuilder> with) {
        return start(true, with);
    }

    Gateway start(boolean both, UnaryOperator<ConfigBuilder> with) {
        return start(both, with, System::nanoTime);
    }

    Gateway start(boolean both, UnaryOperator<ConfigBuilder> with, LongSupplier nanoTime) {
        ModelRoute route =
                both ? ModelRoute.of("first/m-1", "second/m-1") : ModelRoute.of("first/m-1");
        return Gateway.start(
                with.apply(
                                Config.builder()
                                        .server(new Config.Server("127.0.0.1", 0))
                                        .upstreams(upstreams(List.of("k"), both))
                                        .models(Map.of("m-1", route)))
                        .build(),
                Optional.empty(),
                nanoTime);
    }

    /** Waits until a line of the metrics is there. */
    static void awaitMetric(Gateway gateway, String line) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        String seen = "";
        while (System.nanoTime() < deadline) {
            seen = Wire.get(gateway.address(), "/metrics").text();
            if (seen.lines().anyMatch(line::equals)) {
                return;
            }
        }
        throw new AssertionError(line + " is not in " + seen);
    }

    LinkedHashMap<String, Config.Upstream> upstreams(List<String> keys, boolean both) {
        var all = new LinkedHashMap<String, Config.Upstream>();
        all.put("first", upstream(first, keys));
        if (both) {
            all.put("second", upstream(second, keys));
        }
        return all;
    }

    static Config.Upstream upstream(Upstream at, List<String> keys) {
        return new Config.Upstream(
                at.url(), Config.Protocol.OPENAI, keys, 1, "", Rates.NONE, Optional.empty());
    }
}
