package dev.vivace.simulator;

/** Why a simulator cannot start: one line for a person. */
public final class SimulatorException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public SimulatorException(String message) {
        super(message);
    }
}
