package dev.vivace.gateway;

import java.nio.charset.StandardCharsets;

/**
 * Looks at the events of a stream where a read ends with one, which nearly every read does: one
 * that begins a JSON object and does not end it is no event of any protocol here. Costs nothing but
 * for those that look odd.
 */
final class EventEnds {
    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);

    private EventEnds() {}

    /**
     * Whether these bytes end with an event that is broken.
     *
     * @param last whether nothing comes after them, so that what they end with is an event in any
     *     case
     */
    static boolean broken(byte[] chunk, boolean last) {
        int end = chunk.length;
        while (end > 0 && (chunk[end - 1] == '\n' || chunk[end - 1] == '\r')) {
            end--;
        }
        boolean closed = last || end <= chunk.length - 2;
        if (!closed || end == 0 || chunk[end - 1] == '}') {
            return false;
        }
        int start = end;
        while (start > 0 && chunk[start - 1] != '\n') {
            start--;
        }
        if (!startsWith(chunk, start, DATA)) {
            return false; // a comment, another field, or the rest of a line that began before
        }
        int at = start + DATA.length;
        while (at < end && chunk[at] == ' ') {
            at++;
        }
        return at < end && chunk[at] == '{' && chunk[end - 1] != ' ' && chunk[end - 1] != '\t';
    }

    private static boolean startsWith(byte[] text, int from, byte[] prefix) {
        if (text.length - from < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (text[from + i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
