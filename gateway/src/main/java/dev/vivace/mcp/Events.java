package dev.vivace.mcp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The events of a stream of server-sent events, each of bounded length. Not thread-safe. */
final class Events {
    /**
     * One event.
     *
     * @param data its bytes; none where it is only a sign of life
     * @param cut whether it was longer, and the rest was dropped
     */
    record Event(byte[] data, boolean cut) {}

    private static final int LONGEST_ID = 1_024;

    private final Lines lines;
    private final int longest;
    private String lastId = "";
    private Optional<Duration> retry = Optional.empty();

    Events(InputStream in, int longest) {
        this.lines = new Lines(in, longest + "data: ".length());
        this.longest = longest;
    }

    /** The next message; null at the end. An event that has not ended then is none. */
    @Nullable Event next() throws IOException {
        var data = new ByteArrayOutputStream();
        boolean any = false;
        boolean cut = false;
        boolean message = true;
        String id = lastId;
        for (Lines.Line line = lines.next(); line != null; line = lines.next()) {
            byte[] bytes = line.bytes();
            if (bytes.length == 0) {
                lastId = id; // and not before: of an event that never ended nothing was taken
                if (any && message && data.size() > 0) {
                    return new Event(data.toByteArray(), cut);
                }
                data.reset();
                any = false;
                cut = false;
                message = true;
                continue;
            }
            int start = value(bytes, "data");
            if (start >= 0) {
                if (any && data.size() < longest) {
                    data.write('\n');
                } else {
                    cut |= any;
                }
                any = true;
                int room = Math.max(0, longest - data.size());
                data.write(bytes, start, Math.min(room, bytes.length - start));
                cut |= line.cut() || bytes.length - start > room;
            } else if (value(bytes, "event") >= 0) {
                message = text(bytes, value(bytes, "event")).equals("message");
            } else if (value(bytes, "id") >= 0) {
                int begins = value(bytes, "id");
                id = bytes.length - begins > LONGEST_ID ? "" : text(bytes, begins);
            } else if (value(bytes, "retry") >= 0) {
                retry(text(bytes, value(bytes, "retry")));
            }
        }
        return null;
    }

    /** The id of the last event that had one; empty if none had, or one that is too long. */
    String lastId() {
        return lastId;
    }

    /** How long to wait before the stream is asked for again; empty if it does not say so. */
    Optional<Duration> retry() {
        return retry;
    }

    private void retry(String millis) {
        if (millis.matches("[0-9]{1,9}")) {
            retry = Optional.of(Duration.ofMillis(Integer.parseInt(millis)));
        }
    }

    private static String text(byte[] line, int start) {
        return new String(line, start, line.length - start, StandardCharsets.UTF_8);
    }

    /** Where the value of a field begins; -1 if the line is another. */
    private static int value(byte[] line, String field) {
        int length = field.length();
        if (line.length < length + 1 || line[length] != ':') {
            return -1;
        }
        for (int i = 0; i < length; i++) {
            if (line[i] != field.charAt(i)) {
                return -1;
            }
        }
        return line.length > length + 1 && line[length + 1] == ' ' ? length + 2 : length + 1;
    }
}
