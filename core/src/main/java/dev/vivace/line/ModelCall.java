package dev.vivace.line;

import dev.vivace.answer.Header;
import dev.vivace.answer.Protocol;
import dev.vivace.cache.CacheControl;
import java.util.List;

/**
 * A model call as a door took it in.
 *
 * @param path with the query
 * @param headers those that may go on
 * @param body as it came; nobody changes it
 */
public record ModelCall(
        Call call,
        Protocol protocol,
        String path,
        List<Header> headers,
        byte[] body,
        CacheControl control) {
    /** The same with another word on whose call it is. */
    ModelCall of(Call other) {
        return other == call ? this : new ModelCall(other, protocol, path, headers, body, control);
    }
}
