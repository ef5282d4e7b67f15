package dev.vivace.embedding;

import dev.vivace.answer.Header;
import dev.vivace.cache.CacheControl;
import dev.vivace.line.Call;
import dev.vivace.line.Delivery;
import java.util.List;
import java.util.function.Consumer;

/**
 * An embedding call as a door took it in.
 *
 * @param path with the query
 * @param headers those that may go on
 * @param body as it came; nobody changes it
 * @param delivery takes it upstream, from whatever thread
 * @param done gets the outcome, once, on any thread; must return at once
 */
public record EmbeddingCall(
        Call call,
        String path,
        List<Header> headers,
        byte[] body,
        CacheControl control,
        Delivery delivery,
        Consumer<EmbeddingOutcome> done) {
    /** The same with another word on whose call it is. */
    EmbeddingCall of(Call other) {
        return other == call
                ? this
                : new EmbeddingCall(other, path, headers, body, control, delivery, done);
    }
}
