package dev.vivace.answer;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The beginning of an upstream's answer.
 *
 * @param headers without those that belong to one hop
 */
public record Head(int status, List<Header> headers) {
    public Head {
        headers = List.copyOf(headers);
    }

    /** The value of the first header of this name. */
    public Optional<String> header(String name) {
        for (Header header : headers) {
            if (header.is(name)) {
                return Optional.of(header.value());
            }
        }
        return Optional.empty();
    }

    /** Whether the body is a stream of server-sent events. */
    public boolean streamed() {
        return header("content-type")
                .map(type -> type.toLowerCase(Locale.ROOT).startsWith("text/event-stream"))
                .orElse(false);
    }
}
