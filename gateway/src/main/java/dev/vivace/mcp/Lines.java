package dev.vivace.mcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Lines of bytes, of which only so much is held as is wanted. Not thread-safe. */
final class Lines {
    /**
     * A line.
     *
     * @param bytes without its end
     * @param cut whether it went on, and the rest was dropped
     */
    record Line(byte[] bytes, boolean cut) {}

    private final InputStream in;
    private final int longest;
    private final byte[] buffer = new byte[16 << 10];
    private int from;
    private int to;

    Lines(InputStream in, int longest) {
        this.in = in;
        this.longest = longest;
    }

    /** The next one; null at the end. What has no end is the last one. */
    @Nullable Line next() throws IOException {
        if (!fill()) {
            return null;
        }
        var line = new ByteArrayOutputStream(256);
        boolean cut = false;
        while (fill()) {
            int end = from;
            while (end < to && buffer[end] != '\n') {
                end++;
            }
            int wanted = Math.min(end - from, longest - line.size());
            line.write(buffer, from, wanted);
            cut |= wanted < end - from;
            boolean ended = end < to;
            from = ended ? end + 1 : to;
            if (ended) {
                break;
            }
        }
        byte[] bytes = line.toByteArray();
        int length = bytes.length;
        return !cut && length > 0 && bytes[length - 1] == '\r'
                ? new Line(Arrays.copyOf(bytes, length - 1), false)
                : new Line(bytes, cut);
    }

    private boolean fill() throws IOException {
        if (from == to) {
            from = 0;
            to = Math.max(0, in.read(buffer));
        }
        return to > 0;
    }
}
