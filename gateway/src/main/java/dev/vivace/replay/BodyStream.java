package dev.vivace.replay;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;

/** An answer's body that remembers when it began and ends with an error where it is too long. */
final class BodyStream extends FilterInputStream {
    private static final long MAX_BYTES = 256L << 20;

    private long read;
    private long firstByteNanos;

    BodyStream(InputStream in) {
        super(in);
    }

    /** {@link System#nanoTime} at the first byte, or now if there has been none. */
    long firstByteNanos() {
        return read == 0 ? System.nanoTime() : firstByteNanos;
    }

    @Override
    public int read() throws IOException {
        var b = super.read();
        count(b < 0 ? 0 : 1);
        return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        var n = super.read(buffer, offset, length);
        count(n);
        return n;
    }

    private void count(int n) throws IOException {
        if (n > 0) {
            if (read == 0) {
                firstByteNanos = System.nanoTime();
            }
            read += n;
            if (read > MAX_BYTES) {
                throw new IOException("the answer is longer than " + MAX_BYTES + " bytes");
            }
        }
    }
}
