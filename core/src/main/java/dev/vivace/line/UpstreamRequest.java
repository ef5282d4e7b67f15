package dev.vivace.line;

import dev.vivace.answer.Header;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * What is sent upstream.
 *
 * @param upstream the name of who gets it
 * @param path with the query, as the client wrote it
 * @param headers the client's, without those that are ours or belong to one hop
 * @param body before the edits; nobody changes it
 * @param edits to be made while it is sent, so that nobody holds it twice; nearly always none
 */
public record UpstreamRequest(
        String upstream,
        String method,
        String path,
        List<Header> headers,
        byte[] body,
        List<Splice.Edit> edits) {
    /** One whose body goes as it is. */
    public UpstreamRequest(
            String upstream, String method, String path, List<Header> headers, byte[] body) {
        this(upstream, method, path, headers, body, List.of());
    }

    /** What is sent, in parts that share the body's memory. */
    public List<ByteBuffer> parts() {
        return Splice.parts(body, edits);
    }

    /** How many bytes are sent. */
    public long length() {
        return Splice.length(body, edits);
    }
}
