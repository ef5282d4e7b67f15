package dev.vivace.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** One connection to the gateway, with nothing between the test and the bytes. */
final class Wire implements AutoCloseable {
    static final int PATIENCE_MILLIS = 20_000;

    /** An answer's status line and headers. */
    record Head(int status, List<String> headers) {
        Optional<String> header(String name) {
            return all(name).stream().findFirst();
        }

        List<String> all(String name) {
            return values(headers, name);
        }

        String cache() {
            return header("x-cache").orElse("");
        }
    }

    /**
     * A whole answer.
     *
     * @param whole whether its end came, and not merely the end of the connection
     */
    record Answer(Head head, byte[] body, boolean whole) {
        int status() {
            return head.status;
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String cache() {
            return head.cache();
        }
    }

    /** What header lines say under a name. */
    static List<String> values(List<String> headers, String name) {
        String start = name.toLowerCase(Locale.ROOT) + ":";
        return headers.stream()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(start))
                .map(line -> line.substring(start.length()).strip())
                .toList();
    }

    final Socket socket = new Socket();
    final InputStream in;

    Wire(URI gateway) throws IOException {
        this(gateway, 0);
    }

    /**
     * @param receiveBuffer of the socket, for a reader that shall be slow; 0 is the system's own
     */
    Wire(URI gateway, int receiveBuffer) throws IOException {
        this(gateway, receiveBuffer, "");
    }

    /**
     * @param from the client's own address; empty is the system's choice
     */
    Wire(URI gateway, int receiveBuffer, String from) throws IOException {
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        if (!from.isEmpty()) {
            socket.bind(new InetSocketAddress(from, 0));
        }
        socket.connect(new InetSocketAddress(gateway.getHost(), gateway.getPort()));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 16 << 10);
    }

    Wire send(String latin1) throws IOException {
        return send(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    Wire send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /** Sends a request with a length. */
    Wire request(String method, String target, byte[] body, String... headers) throws IOException {
        return send(bytes(method, target, body, headers));
    }

    static byte[] bytes(String method, String target, byte[] body, String... headers) {
        var head = new StringBuilder(method + " " + target + " HTTP/1.1\r\nHost: gateway\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        var out = new ByteArrayOutputStream();
        out.writeBytes(head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1));
        out.writeBytes(body);
        return out.toByteArray();
    }

    Wire post(String path, String body, String... headers) throws IOException {
        String[] all = java.util.Arrays.copyOf(headers, headers.length + 1);
        all[headers.length] = "Content-Type: application/json";
        return request("POST", path, body.getBytes(StandardCharsets.UTF_8), all);
    }

    Head head() throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            throw new EOFException("no answer, only the end");
        }
        var headers = new ArrayList<String>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            headers.add(line);
        }
        return new Head(Integer.parseInt(first.split(" ", 3)[1]), headers);
    }

    /** The next answer; informational ones before it are left out. */
    Answer answer() throws IOException {
        Head head = head();
        while (head.status < 200) {
            head = head();
        }
        return rest(head, false);
    }

    /** The answer to a HEAD request. */
    Answer answerWithoutBody() throws IOException {
        return rest(head(), true);
    }

    Answer rest(Head head) throws IOException {
        return rest(head, false);
    }

    private Answer rest(Head head, boolean none) throws IOException {
        var body = new ByteArrayOutputStream();
        boolean whole = true;
        if (none || head.status == 204 || head.status == 304) {
            // nothing follows
        } else if (head.header("transfer-encoding").isPresent()) {
            whole = chunked(in, body);
        } else if (head.header("content-length").isPresent()) {
            int length = Integer.parseInt(head.header("content-length").get());
            body.writeBytes(in.readNBytes(length));
            whole = body.size() == length;
        } else {
            in.transferTo(body);
        }
        return new Answer(head, body.toByteArray(), whole);
    }

    /** The data of the next chunk as it was framed; empty at the end. */
    byte[] chunk() throws IOException {
        int size = Integer.parseInt(line(in), 16);
        byte[] data = in.readNBytes(size);
        line(in);
        return data;
    }

    /** Whether the gateway has closed the connection, without another byte. */
    boolean closed() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    /** One call on a connection of its own. */
    static Answer ask(URI gateway, String path, String body, String... headers) throws IOException {
        try (var wire = new Wire(gateway)) {
            return wire.post(path, body, headers).answer();
        }
    }

    static Answer get(URI gateway, String path, String... headers) throws IOException {
        try (var wire = new Wire(gateway)) {
            return wire.request("GET", path, new byte[0], headers).answer();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** A line without its end; empty at the end of the stream. */
    static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Reads chunks to their end; false if the connection ended first. */
    static boolean chunked(InputStream in, ByteArrayOutputStream into) throws IOException {
        while (true) {
            String size = line(in);
            if (size.isEmpty()) {
                return false;
            }
            int length = Integer.parseInt(size.replaceAll(";.*", "").strip(), 16);
            byte[] data = in.readNBytes(length);
            into.writeBytes(data);
            if (data.length < length) {
                return false;
            }
            if (length == 0) {
                while (!line(in).isEmpty()) {}
                return true;
            }
            line(in);
        }
    }
}
