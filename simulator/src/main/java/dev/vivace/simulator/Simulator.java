package dev.vivace.simulator;

import java.net.URI;

/** A running simulator. Thread-safe. */
public final class Simulator implements AutoCloseable {
    private Simulator() {}

    /** Starts listening; the address is known when this returns. */
    public static Simulator start(SimulatorOptions options) {
        throw new IllegalStateException("not here yet: " + options);
    }

    /**
     * The address of its root, such as {@code http://127.0.0.1:40123}; the API is under {@code
     * /v1}.
     */
    public URI address() {
        throw new IllegalStateException("not here yet");
    }

    @Override
    public void close() {}
}
