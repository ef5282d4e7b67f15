package dev.vivace.bench;

/** Why a measurement cannot be made: one line for a person. */
final class BenchException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BenchException(String message) {
        super(message);
    }
}
