package dev.vivace.line;

import dev.vivace.answer.Header;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;

/**
 * What is sent upstream.
 *
 * @param route who may get it
 * @param path with the query, as the client wrote it
 * @param headers the client's, without those that are ours or belong to one hop
 * @param body before the edits; nobody changes it
 * @param edits to be made while it is sent, so that nobody holds it twice; nearly always none
 * @param repeatable whether it may be sent again although the upstream may have worked on it
 */
public record UpstreamRequest(
        Route route,
        String method,
        String path,
        List<Header> headers,
        byte[] body,
        Function<Models.Target, List<Splice.Edit>> edits,
        boolean repeatable) {
    /** One whose body goes as it is. */
    public UpstreamRequest(
            Route route,
            String method,
            String path,
            List<Header> headers,
            byte[] body,
            boolean repeatable) {
        this(route, method, path, headers, body, target -> List.of(), repeatable);
    }

    /** What a target is sent, in parts that share the body's memory. */
    public List<ByteBuffer> parts(Models.Target target) {
        return Splice.parts(body, edits.apply(target));
    }
}
