package dev.vivace.simulator;

/** Why a file of recordings cannot be used: one line for a person, with the file and the place. */
public final class RecordingsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public RecordingsException(String message) {
        super(message);
    }
}
