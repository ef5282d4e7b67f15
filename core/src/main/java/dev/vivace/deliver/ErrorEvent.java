package dev.vivace.deliver;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * Why a stream failed whose first event is an error: the status is 200 by then, so the event has to
 * say what a status would have. Providers name their errors by type or code, in the error or beside
 * it; some give the status as a number.
 */
public final class ErrorEvent {
    private static final byte[] ERROR = utf8("error");
    private static final List<byte[]> NAMED_IN =
            List.of(utf8("type"), utf8("code"), utf8("status"));

    /** In lower case; what contains one of them is of its kind, the first kind that fits. */
    private static final List<Kind> KINDS =
            List.of(
                    new Kind(
                            Cause.RATE_LIMITED,
                            "rate_limit",
                            "insufficient_quota",
                            "too_many_requests",
                            "resource_exhausted"),
                    new Kind(Cause.OVERLOADED, "overloaded", "unavailable"),
                    new Kind(Cause.REFUSED_KEY, "authentication", "invalid_api_key"),
                    new Kind(Cause.FORBIDDEN, "permission"),
                    new Kind(
                            Cause.REFUSED,
                            "invalid_request",
                            "bad_request",
                            "badrequest",
                            "not_found",
                            "too_large",
                            "context_length",
                            "content_filter",
                            "content_policy"));

    private record Kind(Cause cause, List<String> parts) {
        Kind(Cause cause, String... parts) {
            this(cause, List.of(parts));
        }
    }

    private Cause found = Cause.NONE;

    private ErrorEvent() {}

    /**
     * What a status for it would be; {@link Cause#SERVER_ERROR} where it does not say. Never {@link
     * Cause#TOO_LONG}; see {@link ContextLength}.
     *
     * @param data of the event
     */
    public static Cause cause(byte[] data) {
        var event = new ErrorEvent();
        try {
            event.object(new JsonReader(data), true);
        } catch (JsonException notJson) {
            return Cause.SERVER_ERROR;
        }
        return event.found == Cause.NONE ? Cause.SERVER_ERROR : event.found;
    }

    private void object(JsonReader in, boolean outer) {
        in.beginObject();
        while (in.nextMember()) {
            boolean error = outer && in.nameIs(ERROR);
            boolean names = NAMED_IN.stream().anyMatch(in::nameIs);
            byte next = in.peek();
            if (error && next == '{') {
                object(in, false);
            } else if (names && next == '"') {
                named(in.string());
            } else if (names && Character.isDigit(next)) {
                in.readNumber();
                numbered(in.text());
            } else {
                in.skipValue();
            }
        }
    }

    private void named(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        for (Kind kind : KINDS) {
            if (kind.parts().stream().anyMatch(lower::contains)) {
                says(kind.cause());
                return;
            }
        }
        numbered(name);
    }

    private void numbered(String digits) {
        if (digits.length() == 3 && digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            says(Cause.ofStatus(Integer.parseInt(digits)));
        }
    }

    /** The first that says something counts, but to be refused may have a reason further on. */
    private void says(Cause cause) {
        if (found == Cause.NONE || found == Cause.REFUSED && cause != Cause.NONE) {
            found = cause;
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
