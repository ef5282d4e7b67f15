package dev.vivace.answer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The events of a stream as the WHATWG standard parses them: lines end with LF, CR LF or CR,
 * comments and unknown fields are skipped, an event ends with an empty line, and one without data
 * is none. Unlike there, an event that the end of the bytes cuts off is given too, as not {@link
 * #complete}. Not thread-safe.
 */
final class SseEvents {
    private static final byte[] DONE = "[DONE]".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);

    private final byte[] bytes;
    private int position;
    private int start;
    private boolean complete;

    // Data of one line, nearly always, is a range of the bytes; more lines are joined in an array
    // of their own.
    private byte[] source;
    private int dataFrom;
    private int dataTo;
    private int lines;
    private int nameFrom;
    private int nameTo;

    SseEvents(byte[] bytes) {
        this(bytes, startsWithByteOrderMark(bytes) ? 3 : 0);
    }

    /** From the first byte of an event. */
    SseEvents(byte[] bytes, int from) {
        this.bytes = bytes;
        this.source = bytes;
        this.position = from;
    }

    /**
     * How many events with data are in a stream or a part of one, the mark of the end not counted.
     *
     * @param suffix what the names of those that count end with; one without a name counts
     */
    static long count(byte[] stream, String suffix) {
        var events = new SseEvents(stream);
        long count = 0;
        while (events.next()) {
            if (!events.isDone() && (events.name().isEmpty() || events.name().endsWith(suffix))) {
                count++;
            }
        }
        return count;
    }

    /** Goes to the next event that has data; false if there is none. */
    boolean next() {
        begin();
        while (position < bytes.length) {
            int from = position;
            int to = endOfLine(from);
            boolean terminated = to < bytes.length;
            position = !terminated ? to : to + (isCrLf(to) ? 2 : 1);
            if (from < to) {
                field(from, to);
            } else if (lines > 0) {
                complete = true;
                return true;
            } else {
                begin();
            }
        }
        return lines > 0;
    }

    private void begin() {
        start = position;
        complete = false;
        lines = 0;
        nameFrom = 0;
        nameTo = 0;
    }

    private int endOfLine(int from) {
        int i = from;
        while (i < bytes.length && bytes[i] != '\n' && bytes[i] != '\r') {
            i++;
        }
        return i;
    }

    private boolean isCrLf(int at) {
        return bytes[at] == '\r' && at + 1 < bytes.length && bytes[at + 1] == '\n';
    }

    private void field(int from, int to) {
        if (isField(DATA, from, to)) {
            data(valueAfter(from + DATA.length, to), to);
        } else if (isField(EVENT, from, to)) {
            nameFrom = valueAfter(from + EVENT.length, to);
            nameTo = to;
        }
    }

    private boolean isField(byte[] name, int from, int to) {
        int end = from + name.length;
        return end <= to
                && (end == to || bytes[end] == ':')
                && Arrays.equals(bytes, from, end, name, 0, name.length);
    }

    private int valueAfter(int colon, int to) {
        int from = Math.min(colon + 1, to);
        return from < to && bytes[from] == ' ' ? from + 1 : from;
    }

    private void data(int from, int to) {
        if (lines++ == 0) {
            source = bytes;
            dataFrom = from;
            dataTo = to;
            return;
        }
        int length = dataTo - dataFrom;
        int room = length + 1 + to - from;
        // Doubling keeps an event of very many lines linear.
        byte[] joined =
                source == bytes || source.length < room
                        ? Arrays.copyOf(Arrays.copyOfRange(source, dataFrom, dataTo), 2 * room)
                        : source;
        joined[length] = '\n';
        System.arraycopy(bytes, from, joined, length + 1, to - from);
        source = joined;
        dataFrom = 0;
        dataTo = room;
    }

    /** Whether the event ends with an empty line, rather than with the bytes. */
    boolean complete() {
        return complete;
    }

    /** Where the event begins in the stream, comments before it included. */
    int start() {
        return start;
    }

    /** Where the event ends in the stream, its empty line included. */
    int end() {
        return position;
    }

    /** Whether the data is the mark that ends OpenAI's streams. */
    boolean isDone() {
        return Arrays.equals(source, dataFrom, dataTo, DONE, 0, DONE.length);
    }

    /** Whether the data begins as a JSON object does. */
    boolean isObject() {
        int at = dataFrom;
        while (at < dataTo && source[at] == ' ') {
            at++;
        }
        return at < dataTo && source[at] == '{';
    }

    /** Whether that, in ASCII, is the event's name; empty where it has none. */
    boolean isNamed(String name) {
        return nameTo - nameFrom == name.length() && name().equals(name);
    }

    /** The event's name, a character for each byte; empty where it has none. */
    String name() {
        return new String(bytes, nameFrom, nameTo - nameFrom, StandardCharsets.ISO_8859_1);
    }

    /** A copy of the data, its lines joined by LF. */
    byte[] data() {
        return Arrays.copyOfRange(source, dataFrom, dataTo);
    }

    /** Copies the data to that place; the place after it. */
    int copyData(byte[] to, int at) {
        System.arraycopy(source, dataFrom, to, at, dataTo - dataFrom);
        return at + dataTo - dataFrom;
    }

    /** The place after the nearest empty line before: where the event begins that is there. */
    static int startOf(byte[] stream, int before) {
        int start = before;
        while (start > 0 && !endsEmptyLine(stream, start)) {
            start--;
        }
        return start;
    }

    private static boolean endsEmptyLine(byte[] stream, int end) {
        if (end < 2 || !isBreak(stream[end - 1])) {
            return false;
        }
        boolean crLf = stream[end - 1] == '\n' && stream[end - 2] == '\r';
        return crLf ? end > 2 && isBreak(stream[end - 3]) : isBreak(stream[end - 2]);
    }

    static boolean isBreak(byte b) {
        return b == '\n' || b == '\r';
    }

    private static boolean startsWithByteOrderMark(byte[] bytes) {
        return bytes.length >= 3
                && bytes[0] == (byte) 0xEF
                && bytes[1] == (byte) 0xBB
                && bytes[2] == (byte) 0xBF;
    }
}
