package dev.vivace.command;

/** The arguments of a command are wrong; the message says which and why, for a person. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }
}
