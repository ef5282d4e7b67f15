package dev.vivace.deliver;

/** Why an attempt failed, or that it did not. */
public enum Cause {
    /** No connection. */
    UNREACHABLE(true, true, true),
    /** The connection ended before the answer did, or what came was no answer. */
    BROKEN(true, true, true),
    /** Nothing came in time. */
    TIMEOUT(true, true, true),
    /** Too many calls or tokens for this key or upstream: 429. */
    RATE_LIMITED(true, true, false),
    /** Too busy, whoever asks: 503, 529. */
    OVERLOADED(true, true, true),
    /** The upstream's own fault: 500, 502, 504 and their like. */
    SERVER_ERROR(true, true, true),
    /** The key is not valid: 401. */
    REFUSED_KEY(false, true, false),
    /** The key is not for this, which may be the model that was asked for: 403. */
    FORBIDDEN(false, true, false),
    /** The prompt is longer than the model reads. */
    TOO_LONG(false, true, false),
    /** The request itself is at fault, and will be everywhere: another 4xx. */
    REFUSED(false, false, false),
    /** It did not fail. */
    NONE(false, false, false);

    private final boolean retriable;
    private final boolean elsewhere;
    private final boolean failsUpstream;

    Cause(boolean retriable, boolean elsewhere, boolean failsUpstream) {
        this.retriable = retriable;
        this.elsewhere = elsewhere;
        this.failsUpstream = failsUpstream;
    }

    /**
     * What a status alone says. It never says {@link #TOO_LONG}; see {@link ContextLength}. 501 and
     * 505 are about the request, not about the state of the upstream.
     */
    public static Cause ofStatus(int status) {
        return switch (status) {
            case 401 -> REFUSED_KEY;
            case 403 -> FORBIDDEN;
            case 429 -> RATE_LIMITED;
            case 501, 505 -> REFUSED;
            case 503, 529 -> OVERLOADED;
            default -> status < 400 ? NONE : status < 500 ? REFUSED : SERVER_ERROR;
        };
    }

    /** Whether the same call to the same upstream may go well a little later. */
    public boolean retriable() {
        return retriable;
    }

    /** Whether another upstream may answer where this one did not. */
    public boolean elsewhere() {
        return elsewhere;
    }

    /** Whether it speaks against the upstream: what its breaker counts as a failure. */
    public boolean failsUpstream() {
        return failsUpstream;
    }

    /** Whether another key may be let in where this one was not. */
    public boolean aboutKey() {
        return this == REFUSED_KEY || this == FORBIDDEN;
    }

    /** Whether it says that fewer calls at a time would have gone well. */
    public boolean tooMuch() {
        return this == RATE_LIMITED || this == OVERLOADED || this == TIMEOUT;
    }
}
