package dev.vivace.replay;

/** Why a replay cannot begin: one line for a person, which says what to do. */
public final class ReplayException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public ReplayException(String message) {
        super(message);
    }
}
