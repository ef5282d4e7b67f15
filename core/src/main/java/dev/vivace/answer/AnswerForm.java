package dev.vivace.answer;

import java.util.Optional;
import java.util.function.Supplier;

/**
 * What the bytes of a successful answer mean in one protocol, and how one form of it becomes the
 * other: one JSON object, or a stream of server-sent events. Pure functions, safe for use by
 * several threads; no array is changed or kept, but a result may be the argument itself.
 */
public sealed interface AnswerForm permits ChatForm, ResponsesForm, MessagesForm {
    /**
     * Whether an answer with status 200 is whole, and what it says of its model and tokens.
     *
     * @param body all bytes of the answer, not compressed; anything at all, never an exception
     * @param stream whether the body is a stream of events rather than one object
     */
    Examination examine(byte[] body, boolean stream);

    /**
     * The stream as one object.
     *
     * @param stream a stream that {@link #examine} found whole; undefined for any other
     */
    byte[] toObject(byte[] stream);

    /**
     * The object as a stream, cut into pieces as a model would have sent it. Of a very long text
     * the pieces are longer, so that the stream stays within a small multiple of the object.
     *
     * @param object an object that {@link #examine} found whole; undefined for any other
     * @param withUsage whether the caller asked for usage, where the protocol leaves that to the
     *     caller
     */
    byte[] toStream(byte[] object, boolean withUsage);

    /**
     * A stored stream as another caller gets it: the original bytes, without the event that only
     * reports usage if the caller did not ask for it. A stream that was stored without usage stays
     * without.
     */
    byte[] stream(byte[] stream, boolean withUsage);

    /**
     * The usage in the last bytes of a stream whose beginning was forgotten. Never an exception.
     *
     * @param tail may begin anywhere, inside an event or a character as well
     */
    Optional<Usage> usageIn(byte[] tail);

    /**
     * How many pieces of an answer's text or tool calls a stream has, which is about the tokens
     * that were written. Never an exception.
     *
     * @param stream or a part of one, which may begin and end anywhere
     */
    long pieces(byte[] stream);

    /**
     * How a stream ended. Never an exception.
     *
     * @param tail its last bytes, which may begin anywhere but in the last event
     */
    StreamEnd end(byte[] tail);

    /**
     * How a stream ended, by as little as says so. Never an exception.
     *
     * @param last its last bytes, as of {@link #end(byte[])}
     * @param more more of them; asked only where the last do not say
     * @param unseen whether it had an event that was too long to be looked at
     */
    default StreamEnd end(byte[] last, Supplier<byte[]> more, boolean unseen) {
        StreamEnd end = end(last);
        return end == StreamEnd.CUT ? end(more.get()) : end;
    }
}
