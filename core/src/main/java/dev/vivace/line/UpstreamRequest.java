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
 * @param kind what may be done with it and its answer
 * @param edits to be made while it is sent, so that nobody holds it twice; nearly always none
 */
public record UpstreamRequest(
        Route route,
        String method,
        String path,
        List<Header> headers,
        byte[] body,
        Kind kind,
        Function<Models.Target, List<Splice.Edit>> edits) {
    /** What a request is to those who deliver it. */
    public enum Kind {
        /** Answered by a JSON object or events; may be sent again. */
        MODEL,
        /** Answered by anything; may be sent again, as GET may. */
        SAFE,
        /** Answered by anything; not sent again once the upstream may have worked on it. */
        UNSAFE
    }

    /** One whose body goes as it is. */
    public UpstreamRequest(
            Route route, String method, String path, List<Header> headers, byte[] body, Kind kind) {
        this(route, method, path, headers, body, kind, target -> List.of());
    }

    /** What a target is sent, in parts that share the body's memory. */
    public List<ByteBuffer> parts(Models.Target target) {
        return Splice.parts(body, edits.apply(target));
    }
}
