package dev.vivace.request;

/** A request with more messages than are allowed, in one line for a client. */
public final class TooManyMessages extends RuntimeException {
    private static final long serialVersionUID = 1;

    TooManyMessages(String member, int most) {
        super(
                "'%s' has more than %d elements, the most that are allowed (limits.messages)."
                        .formatted(member, most),
                null,
                false,
                false);
    }
}
