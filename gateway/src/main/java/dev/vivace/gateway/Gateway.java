package dev.vivace.gateway;

import dev.vivace.config.Config;
import dev.vivace.config.ConfigWatch;
import dev.vivace.mcp.McpHub;
import io.vertx.core.Vertx;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gateway. Thread-safe. */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);

    /** With what else has to end, less than the ten that an orchestrator may give. */
    private static final int CLOSING_SECONDS = 3;

    private final Vertx vertx;
    private final InForce inForce;
    private final Reloading reloading;
    private final List<Doors> doors;
    private final Draining draining;
    private final Holdings holdings;
    private final Readiness readiness;
    private final Optional<McpHub> mcp;
    private final URI address;
    private volatile Optional<ConfigWatch> watch = Optional.empty();

    Gateway(
            Vertx vertx,
            InForce inForce,
            Reloading reloading,
            List<Doors> doors,
            Draining draining,
            Holdings holdings,
            Readiness readiness,
            Optional<McpHub> mcp,
            URI address) {
        this.vertx = vertx;
        this.inForce = inForce;
        this.reloading = reloading;
        this.doors = doors;
        this.draining = draining;
        this.holdings = holdings;
        this.readiness = readiness;
        this.mcp = mcp;
        this.address = address;
    }

    /**
     * Starts listening; the address is known when this returns.
     *
     * @throws GatewayException if it cannot, in one line for a person
     */
    public static Gateway start(Config config) {
        return start(config, Optional.empty());
    }

    /**
     * Starts listening; the address is known when this returns.
     *
     * @param adminKey what operators show as soon as there are client keys, or where it listens
     *     beyond loopback; empty: then nobody is one
     * @throws GatewayException if it cannot, in one line for a person
     */
    public static Gateway start(Config config, Optional<String> adminKey) {
        return start(config, adminKey, System::nanoTime);
    }

    /** Likewise, where the times of upstreams are measured by another clock. */
    static Gateway start(Config config, Optional<String> adminKey, LongSupplier nanoTime) {
        return new Start(config, adminKey, nanoTime).run();
    }

    /**
     * The address of its root, such as {@code http://127.0.0.1:8080}; the API is under {@code /v1}.
     */
    public URI address() {
        return address;
    }

    /** What is in force for the calls that come now. */
    public Config config() {
        return inForce.parts().config();
    }

    /**
     * Watches the file of its configuration until it is closed: a change applies whole to the calls
     * that come from then on, or is rejected whole. To be called once at most.
     *
     * @param flags puts what the command line says in front of what the file says
     * @param environment for the variables in the file
     */
    public void watch(
            Path file,
            UnaryOperator<Config> flags,
            Function<String, Optional<String>> environment) {
        watch = Optional.of(watching(file, flags, environment).start());
    }

    /** Likewise, but looks only when it is told to. */
    ConfigWatch watching(
            Path file,
            UnaryOperator<Config> flags,
            Function<String, Optional<String>> environment) {
        return new ConfigWatch(file, config(), flags, environment, reloading);
    }

    /** How many deliveries are in use on all event loops. */
    int deliveries() throws Exception {
        int sum = 0;
        for (Doors loop : doors) {
            sum += Awaiting.get(loop.deliveries());
        }
        return sum;
    }

    /** Whether calls can be taken. */
    Readiness readiness() {
        return readiness;
    }

    /**
     * Says that it is not ready, and takes calls as before for a time of notice. Then waits until
     * the calls in flight have ended, while it says that it is not ready and still serves what
     * comes; what has not ended after the grace time is cut off. To be {@linkplain #close closed}
     * next. Takes a few seconds more than the grace time at most.
     *
     * @param hurry says, when it is asked, whether the grace time is over before its time
     * @param say told in a line for a person that it begins, and how it ends
     * @return false if calls were cut off because somebody was in a hurry
     */
    public boolean drain(
            Duration notice, Duration grace, BooleanSupplier hurry, Consumer<String> say)
            throws InterruptedException {
        readiness.stop();
        if (mcp.isPresent()) {
            mcp.get().quiet();
        }
        return draining.run(notice, grace, hurry, say);
    }

    /** Stops listening, ends what is in flight, and writes what is to survive. */
    @Override
    public void close() {
        watch.ifPresent(ConfigWatch::close);
        readiness.stop();
        if (mcp.isPresent()) {
            mcp.get().close();
        }
        try {
            Awaiting.get(vertx.close(), CLOSING_SECONDS);
        } catch (Exception e) {
            // What follows matters more than why the sockets did not close in time.
            LOG.warn("not all connections closed: {}", e.getMessage());
        }
        holdings.close();
    }
}
