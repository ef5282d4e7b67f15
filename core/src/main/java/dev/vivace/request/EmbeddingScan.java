package dev.vivace.request;

import java.util.List;

/**
 * What one pass over an embedding call's body found.
 *
 * @param request the rest of it; its digest is of everything but the inputs
 * @param inputStart where the value of {@code input} begins
 * @param inputEnd behind it
 * @param inputs one for each vector that is asked for, in order
 */
public record EmbeddingScan(RequestScan request, int inputStart, int inputEnd, List<Input> inputs) {
    /**
     * One text, or one array of tokens.
     *
     * @param start where its value begins in the body
     * @param end behind it
     * @param digest of what it means
     */
    public record Input(int start, int end, byte[] digest) {}
}
