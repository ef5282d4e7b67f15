package dev.vivace.gateway;

import dev.vivace.config.Config;
import java.net.URI;

/** A running gateway. Thread-safe. */
public final class Gateway implements AutoCloseable {
    private Gateway() {}

    /**
     * Starts listening; the address is known when this returns.
     *
     * @throws GatewayException if it cannot listen there, in one line for a person
     */
    public static Gateway start(Config config) {
        throw new GatewayException("not here yet: " + config.server());
    }

    /**
     * The address of its root, such as {@code http://127.0.0.1:8080}; the API is under {@code /v1}.
     */
    public URI address() {
        throw new IllegalStateException("not here yet");
    }

    @Override
    public void close() {}
}
