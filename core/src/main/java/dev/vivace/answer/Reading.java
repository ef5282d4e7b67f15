package dev.vivace.answer;

import dev.vivace.json.Utf8;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.exc.StreamReadException;

/** One pass over an untrusted answer. Not thread-safe: one for each answer. */
abstract sealed class Reading permits ChatReading, ResponsesReading, MessagesReading {
    protected final UsageCounts usage;
    private String model = "";
    private @Nullable String reason;

    Reading(UsageCounts usage) {
        this.usage = usage;
    }

    /** Reads an answer that is one object, up to its end. */
    protected abstract void object(JsonParser parser);

    /** Reads the object of one event, up to its end. */
    protected abstract void event(JsonParser parser);

    /** After the last event: whether the stream is complete and good. */
    protected abstract void end(boolean done);

    final Examination examine(byte[] body, boolean stream) {
        try {
            if (stream) {
                stream(body);
            } else {
                whole(body);
            }
        } catch (JacksonException malformed) {
            reason = Examination.Unfit.MALFORMED;
        }
        Optional<Usage> reported = usage.usage();
        return reason == null
                ? new Examination.Whole(model, reported)
                : new Examination.Unfit(reason, model, reported);
    }

    private void whole(byte[] body) {
        try (JsonParser parser = JsonStreams.parser(body, 0, body.length)) {
            expect(
                    Utf8.isValid(body, body.length),
                    parser); // the parser does not look into strings that it skips
            expect(parser.nextToken() == JsonToken.START_OBJECT, parser);
            object(parser);
            expect(parser.nextToken() == null, parser);
        }
    }

    private void stream(byte[] body) {
        try (JsonEvents events = new JsonEvents(body)) {
            expect(events.areText(), events.parser());
            while (events.next()) {
                if (events.isNamedError()) {
                    unfit(Examination.Unfit.ERROR);
                }
                event(events.parser());
                events.finish();
            }
            expect(!events.trailing(), events.parser());
            if (events.cut()) {
                unfit(Examination.Unfit.INCOMPLETE);
            }
            end(events.done());
        }
    }

    /**
     * Goes through the members of the object that the parser is at, the parser at the value of
     * each.
     */
    protected static void members(JsonParser parser, MemberReader reader) {
        for (String name = parser.nextName(); name != null; name = parser.nextName()) {
            parser.nextToken();
            reader.read(name, parser);
            // After a value that was read this does nothing; any other it skips.
            parser.skipChildren();
        }
    }

    /** Reads the value of a member, or leaves the parser where it is. */
    protected interface MemberReader {
        void read(String name, JsonParser parser);
    }

    /**
     * Goes through the elements of an array of objects, the parser at the beginning of each.
     *
     * @return false if the value is null
     * @throws JacksonException if it is anything else
     */
    protected static boolean elements(JsonParser parser, ElementReader reader) {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return false;
        }
        expect(parser.currentToken() == JsonToken.START_ARRAY, parser);
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            expect(parser.currentToken() == JsonToken.START_OBJECT, parser);
            reader.read(parser);
        }
        return true;
    }

    /** Reads an object to its end. */
    protected interface ElementReader {
        void read(JsonParser parser);
    }

    protected static void expect(boolean well, JsonParser parser) {
        if (!well) {
            throw new StreamReadException(parser, "not what the protocol says");
        }
    }

    /** Whether the value is an object; null counts as absent, anything else is malformed. */
    protected static boolean isObject(JsonParser parser) {
        boolean object = parser.currentToken() == JsonToken.START_OBJECT;
        expect(object || parser.currentToken() == JsonToken.VALUE_NULL, parser);
        return object;
    }

    /** The value if it is a string, otherwise an empty one. */
    protected static String string(JsonParser parser) {
        return parser.currentToken() == JsonToken.VALUE_STRING ? parser.getString() : "";
    }

    /** The value as the index of a choice or a block. */
    protected static int index(JsonParser parser) {
        expect(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, parser);
        return parser.getIntValue();
    }

    /** Takes note of the model's name; the first that is one counts. */
    protected final void model(JsonParser parser) {
        if (model.isEmpty()) {
            model = string(parser);
        }
    }

    /** Takes note of a member "error", unless it is null. */
    protected final void error(JsonParser parser) {
        if (parser.currentToken() != JsonToken.VALUE_NULL) {
            unfit(Examination.Unfit.ERROR);
        }
    }

    /** The answer is unfit; the first reason counts. */
    protected final void unfit(String why) {
        if (reason == null) {
            reason = why;
        }
    }
}
