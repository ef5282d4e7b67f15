package dev.vivace.answer;

import dev.vivace.json.JsonException;
import dev.vivace.json.JsonReader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * How a stream of chat chunks ends. Several servers never send {@code [DONE]}: there it is whole if
 * every choice has finished. Not thread-safe.
 */
final class ChatEnd {
    private static final byte[] CHOICES = "choices".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] INDEX = "index".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FINISH = "finish_reason".getBytes(StandardCharsets.US_ASCII);

    /** By the digits of its index, whether a choice has finished. */
    private final Map<String, Boolean> choices = new HashMap<>();

    private ChatEnd() {}

    /** As {@link AnswerForm#end(byte[], Supplier, boolean)}. */
    static StreamEnd of(byte[] last, Supplier<byte[]> more, boolean unseen) {
        return said(last, false)
                .orElseGet(() -> {
                    // That the choices of the last read have finished says nothing of the others.
                    byte[] tail = more.get();
                    return said(tail, true).orElseGet(() -> new ChatEnd().end(tail, unseen));
                });
    }

    /**
     * What the last event says, if it says how the stream ends.
     *
     * @param all whether nothing comes before these that may be known: an error may
     */
    private static Optional<StreamEnd> said(byte[] tail, boolean all) {
        var events = new LastEvents(tail);
        boolean done = false;
        boolean spoke = false;
        while (!spoke && events.previous()) {
            if (events.event().isDone()) {
                done = true; // some report an error and then say that they are done
                continue;
            }
            EventGist gist = EventGist.of(events.event());
            if (gist.error()) {
                return Optional.of(StreamEnd.ERROR);
            }
            spoke = !gist.silent();
        }
        return done && (spoke || all) ? Optional.of(StreamEnd.WHOLE) : Optional.empty();
    }

    private StreamEnd end(byte[] tail, boolean unseen) {
        boolean some = false;
        boolean known = false;
        var events = new SseEvents(tail);
        while (events.next()) {
            some = true;
            known |= events.isObject();
            try {
                chunk(new JsonReader(events.data()));
            } catch (JsonException notJson) {
                continue; // the tail begins anywhere
            }
        }
        boolean finished =
                choices.isEmpty() ? unseen || some && !known : !choices.containsValue(false);
        return finished ? StreamEnd.WHOLE : StreamEnd.CUT;
    }

    private void chunk(JsonReader in) {
        in.beginObject();
        while (in.nextMember()) {
            if (in.nameIs(CHOICES) && in.peek() == '[') {
                in.beginArray();
                while (in.nextElement()) {
                    choice(in);
                }
            } else {
                in.skipValue();
            }
        }
    }

    private void choice(JsonReader in) {
        String index = "0";
        boolean finished = false;
        in.beginObject();
        while (in.nextMember()) {
            if (in.nameIs(INDEX) && Character.isDigit(in.peek())) {
                in.readNumber();
                index = in.text();
            } else if (in.nameIs(FINISH) && in.peek() == '"') {
                finished = !in.string().isEmpty();
            } else {
                in.skipValue();
            }
        }
        choices.merge(index, finished, Boolean::logicalOr);
    }
}
