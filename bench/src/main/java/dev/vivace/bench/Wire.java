package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** One plain connection to 127.0.0.1, one call after the other. Not thread-safe. */
final class Wire implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    /**
     * @param firstBodyNanos from the request's departure to the first byte of the answer's body
     * @param nanos from the request's departure to the answer's last byte
     * @param headers by lower-case name; of several with one name, the last
     */
    record Reply(
            int status,
            Map<String, String> headers,
            byte[] body,
            long firstBodyNanos,
            long nanos) {}

    /**
     * @param timeout longest silence
     */
    Wire(int port, Duration timeout) throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) timeout.toMillis());
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
    }

    Reply exchange(byte[] request) throws IOException {
        long start = System.nanoTime();
        socket.getOutputStream().write(request);
        var statusLine = line().split(" ", 3);
        if (statusLine.length < 2) {
            throw new IOException("not an answer: " + String.join(" ", statusLine));
        }
        var headers = new TreeMap<String, String>();
        for (String header = line(); !header.isEmpty(); header = line()) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        in.mark(1);
        in.read();
        long first = System.nanoTime() - start;
        in.reset();
        var body = body(headers);
        return new Reply(
                Integer.parseInt(statusLine[1]), headers, body, first, System.nanoTime() - start);
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        var length = headers.get("content-length");
        if (length != null) {
            return exactly(Integer.parseInt(length));
        }
        if (!"chunked".equalsIgnoreCase(headers.get("transfer-encoding"))) {
            throw new IOException("an answer without length");
        }
        var body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line().split(";", 2)[0].strip(), 16);
            body.write(exactly(size));
            line();
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private byte[] exactly(int size) throws IOException {
        var bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("the answer ends early");
        }
        return bytes;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream(80);
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                throw new EOFException("the answer ends early");
            }
            line.write(b);
        }
        return line.toString(ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing is left to do with it.
        }
    }
}
