package dev.vivace.line;

import dev.vivace.answer.Header;
import java.util.List;

/**
 * What is sent upstream.
 *
 * @param upstream the name of who gets it
 * @param path with the query, as the client wrote it
 * @param headers the client's, without those that are ours or belong to one hop
 */
public record UpstreamRequest(
        String upstream, String method, String path, List<Header> headers, byte[] body) {}
