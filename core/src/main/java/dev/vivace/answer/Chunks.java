package dev.vivace.answer;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** An append-only sequence of chunks, the oldest of which may be dropped. Not thread-safe. */
final class Chunks {
    /** How far one who reads has come. */
    static final class Place {
        private long chunk;
        private long bytes;

        long bytes() {
            return bytes;
        }
    }

    private final ArrayDeque<byte[]> held = new ArrayDeque<>(2);
    private long droppedChunks;
    private long droppedBytes;
    private long written;

    /** Appends a chunk, which is no longer the caller's. */
    void add(byte[] chunk) {
        held.add(chunk);
        written += chunk.length;
    }

    /** Bytes that were ever added. */
    long written() {
        return written;
    }

    /** Bytes that are still held. */
    long retained() {
        return written - droppedBytes;
    }

    /** Whether all is still held. */
    boolean whole() {
        return droppedBytes == 0;
    }

    /** Chunks that were ever added. */
    long count() {
        return droppedChunks + held.size();
    }

    /** Drops chunks that lie before a byte, while at least so many bytes stay. */
    void drop(long before, int least) {
        while (!held.isEmpty()) {
            int oldest = held.getFirst().length;
            if (droppedBytes + oldest > before || retained() - oldest < least) {
                return;
            }
            held.removeFirst();
            droppedChunks++;
            droppedBytes += oldest;
        }
    }

    /** All that is held. */
    byte[] all() {
        return join(held, Math.toIntExact(retained()));
    }

    /** The last chunks, which have so many bytes together if there are as many. */
    byte[] tail(int least) {
        int length = 0;
        var last = new ArrayDeque<byte[]>();
        for (var i = held.descendingIterator(); i.hasNext() && length < least; ) {
            byte[] chunk = i.next();
            last.addFirst(chunk);
            length += chunk.length;
        }
        return join(last, length);
    }

    /**
     * What comes after a place, which moves on, as one array, but not more than so many bytes
     * unless a chunk is longer; null if there is nothing.
     */
    byte @Nullable [] next(Place place, long most) {
        byte[] result = written - place.bytes > most ? some(place, most) : rest(place);
        if (result != null) {
            place.bytes += result.length;
        }
        return result;
    }

    private byte @Nullable [] rest(Place place) {
        int fresh = Math.toIntExact(count() - place.chunk);
        if (fresh == 0) {
            return null;
        }
        place.chunk += fresh;
        if (fresh == 1) {
            return held.getLast();
        }
        byte[] result = new byte[Math.toIntExact(written - place.bytes)];
        int at = result.length;
        for (var i = held.descendingIterator(); fresh > 0; fresh--) {
            byte[] chunk = i.next();
            at -= chunk.length;
            System.arraycopy(chunk, 0, result, at, chunk.length);
        }
        return result;
    }

    private byte[] some(Place place, long most) {
        var parts = new ArrayDeque<byte[]>();
        int length = 0;
        var i = held.iterator();
        for (long skip = place.chunk - droppedChunks; skip > 0; skip--) {
            i.next();
        }
        while (i.hasNext()) {
            byte[] chunk = i.next();
            if (length > 0 && length + chunk.length > most) {
                break;
            }
            parts.add(chunk);
            length += chunk.length;
        }
        place.chunk += parts.size();
        return join(parts, length);
    }

    private static byte[] join(ArrayDeque<byte[]> parts, int length) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        byte[] whole = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }

    @Override
    public String toString() {
        return written + " bytes in " + count() + " chunks, " + held.size() + " held";
    }
}
