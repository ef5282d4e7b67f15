package dev.vivace.answer;

import dev.vivace.json.Utf8;
import java.util.Arrays;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/**
 * The events of a stream, each one JSON object. One parser reads them all, because to open one for
 * each event costs as much as to parse it; so each object is checked to lie within the bounds of
 * its event. Not thread-safe.
 */
final class JsonEvents implements AutoCloseable {
    private final byte[] data;
    private final JsonParser parser;
    private int[] ends = new int[64];
    private int size;
    private int count;
    private int current = -1;
    private boolean done;
    private boolean cut;
    private boolean trailing;
    private int errorNamed = -1;

    JsonEvents(byte[] stream) {
        data = new byte[stream.length];
        SseEvents events = new SseEvents(stream);
        while (!cut && events.next()) {
            trailing |= done;
            if (events.isDone()) {
                done = true; // even without its empty line, which some upstreams leave out:
                // nothing can be missing
            } else if (!events.complete()) {
                cut = true;
            } else {
                add(events);
            }
        }
        parser = JsonStreams.parser(data, 0, size);
    }

    private void add(SseEvents events) {
        if (errorNamed < 0 && events.isNamed("error")) {
            errorNamed = count;
        }
        int end = events.copyData(data, size);
        data[end] = '\n'; // there is room: framing is longer than this
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * count);
        }
        ends[count++] = end;
        size = end + 1;
    }

    /**
     * Goes to the next event, with the parser at the beginning of its object; false after the last.
     *
     * @throws tools.jackson.core.JacksonException if it is no JSON object
     */
    boolean next() {
        if (++current == count) {
            return false;
        }
        boolean object = parser.nextToken() == JsonToken.START_OBJECT;
        if (!object || parser.currentTokenLocation().getByteOffset() < start()) {
            throw new StreamReadException(parser, "expected one object in each event");
        }
        return true;
    }

    private int start() {
        return current == 0 ? 0 : ends[current - 1] + 1;
    }

    /**
     * To be called with the parser at the end of the event's object.
     *
     * @throws tools.jackson.core.JacksonException if that is not where the event ends
     */
    void finish() {
        boolean inside = parser.currentLocation().getByteOffset() <= ends[current];
        if (parser.currentToken() != JsonToken.END_OBJECT || !inside) {
            throw new StreamReadException(parser, "expected one object in each event");
        }
        if (current == count - 1 && parser.nextToken() != null) {
            throw new StreamReadException(parser, "expected nothing after the last event's object");
        }
    }

    /** Whether all data is UTF-8. */
    boolean areText() {
        return Utf8.isValid(data, size);
    }

    JsonParser parser() {
        return parser;
    }

    /** The data of all events, in which the parser's offsets count. */
    byte[] data() {
        return data;
    }

    /** Whether the stream has the mark that ends OpenAI's streams. */
    boolean done() {
        return done;
    }

    /** Whether the last event is cut off. */
    boolean cut() {
        return cut;
    }

    /** Whether something follows the mark of the end. */
    boolean trailing() {
        return trailing;
    }

    /** Whether the name of the current event is "error". */
    boolean isNamedError() {
        return current == errorNamed;
    }

    @Override
    public void close() {
        parser.close();
    }
}
