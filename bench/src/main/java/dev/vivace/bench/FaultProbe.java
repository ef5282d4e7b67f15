package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;

/** Asks the gateway once, and reads whatever comes, to whatever end. */
final class FaultProbe {
    private static final Duration SILENCE = Duration.ofSeconds(10);

    /**
     * What came.
     *
     * @param status 0 if not even a head came
     * @param whole whether its framing says that this is all
     */
    record Reply(int status, String body, boolean whole) {
        static final Reply NOTHING = new Reply(0, "", false);
    }

    private FaultProbe() {}

    static Reply ask(int port, String body) throws IOException {
        byte[] bytes = body.getBytes(UTF_8);
        String head =
                """
                POST /v1/chat/completions HTTP/1.1\r
                host: 127.0.0.1\r
                content-type: application/json\r
                connection: close\r
                content-length: %d\r
                \r
                """
                        .formatted(bytes.length);
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.setTcpNoDelay(true);
            socket.setSoTimeout((int) SILENCE.toMillis());
            var request = new ByteArrayOutputStream();
            request.writeBytes(head.getBytes(UTF_8));
            request.writeBytes(bytes);
            socket.getOutputStream().write(request.toByteArray());
            return read(new BufferedInputStream(socket.getInputStream(), 1 << 14));
        }
    }

    private static Reply read(InputStream in) {
        var body = new ByteArrayOutputStream();
        int status = 0;
        boolean whole = false;
        try {
            String[] first = line(in).split(" ", 3);
            if (first.length < 2) {
                return Reply.NOTHING;
            }
            status = Integer.parseInt(first[1]);
            int length = -1;
            for (String header = line(in); !header.isEmpty(); header = line(in)) {
                if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(header.substring(15).strip());
                }
            }
            whole = length < 0 ? chunks(in, body) : exactly(in, length, body);
        } catch (IOException | NumberFormatException broken) {
            // What came until then is in the body, and it is not whole.
        }
        return new Reply(status, body.toString(UTF_8), whole);
    }

    private static boolean chunks(InputStream in, ByteArrayOutputStream into) throws IOException {
        while (true) {
            int size = Integer.parseInt(line(in).strip(), 16);
            if (!exactly(in, size, into)) {
                return false;
            }
            line(in);
            if (size == 0) {
                return true;
            }
        }
    }

    private static boolean exactly(InputStream in, int size, ByteArrayOutputStream into)
            throws IOException {
        for (int i = 0; i < size; i++) {
            int next = in.read();
            if (next < 0) {
                return false;
            }
            into.write(next);
        }
        return true;
    }

    private static String line(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream(80);
        for (int b = in.read(); b != '\n' && b >= 0; b = in.read()) {
            line.write(b);
        }
        return line.toString(UTF_8).stripTrailing();
    }
}
