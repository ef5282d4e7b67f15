package dev.vivace.answer;

import java.util.List;
import java.util.Optional;

/**
 * The beginning of an upstream's answer.
 *
 * @param headers without those that belong to one hop
 * @param streamed whether the body is a stream of server-sent events; asked for with every chunk
 */
public record Head(int status, List<Header> headers, boolean streamed) {
    private static final String EVENTS = "text/event-stream";

    public Head {
        headers = List.copyOf(headers);
    }

    /** One whose headers say what the body is. */
    public Head(int status, List<Header> headers) {
        this(status, headers, find(headers, "content-type").filter(Head::isEvents).isPresent());
    }

    /** The value of the first header of this name. */
    public Optional<String> header(String name) {
        return find(headers, name);
    }

    private static boolean isEvents(String type) {
        return type.regionMatches(true, 0, EVENTS, 0, EVENTS.length());
    }

    private static Optional<String> find(List<Header> headers, String name) {
        for (Header header : headers) {
            if (header.is(name)) {
                return Optional.of(header.value());
            }
        }
        return Optional.empty();
    }
}
