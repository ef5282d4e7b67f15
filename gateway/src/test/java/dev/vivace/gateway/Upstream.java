package dev.vivace.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/**
 * An upstream that does what a test's script says, byte by byte, and remembers exactly the bytes
 * that came.
 */
final class Upstream implements AutoCloseable {
    /** Answers one call, on its connection's own thread. */
    interface Script {
        void answer(Call call, Reply reply) throws Exception;
    }

    /** One request as it arrived. */
    record Call(
            String method,
            String target,
            List<String> headers,
            byte[] body,
            int connection,
            boolean whole) {
        Optional<String> header(String name) {
            return all(name).stream().findFirst();
        }

        List<String> all(String name) {
            return Wire.values(headers, name);
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }
    }

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ServerSocket listener;
    private final List<Call> calls = new ArrayList<>();
    private final List<Socket> open = new ArrayList<>();
    private final boolean readsBodies;
    private volatile Script script;
    private int connections;

    private Upstream(Script script, boolean readsBodies) throws IOException {
        this.script = script;
        this.readsBodies = readsBodies;
        listener = new ServerSocket(0, 1024, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    static Upstream start(Script script) throws IOException {
        return new Upstream(script, true);
    }

    /** One whose script reads the bodies itself, from {@link Reply#in}. */
    static Upstream startUnread(Script script) throws IOException {
        return new Upstream(script, false);
    }

    void script(Script other) {
        script = other;
    }

    int port() {
        return listener.getLocalPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port() + "/v1");
    }

    synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    synchronized Call only() {
        if (calls.size() != 1) {
            throw new AssertionError("the upstream saw " + calls.size() + " calls, not 1");
        }
        return calls.getFirst();
    }

    synchronized int connections() {
        return connections;
    }

    synchronized void forget() {
        calls.clear();
    }

    /** Waits until that many calls have come. */
    List<Call> await(int count) throws Exception {
        await(() -> calls.size() >= count, count + " calls");
        return calls();
    }

    /** Waits until so many connections are open. */
    void awaitOpen(int count) throws Exception {
        await(() -> open.size() == count, count + " open connections");
    }

    private synchronized void await(BooleanSupplier condition, String what) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException(
                        "never came: " + what + "; the upstream saw " + calls.size());
            }
            wait(left);
        }
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                int number;
                synchronized (this) {
                    number = ++connections;
                    open.add(socket);
                }
                Thread.ofVirtual().start(() -> serve(socket, number));
            }
        } catch (IOException closed) {
            // the end
        }
    }

    private void serve(Socket socket, int number) {
        try (socket) {
            var in = new BufferedInputStream(socket.getInputStream(), 64 << 10);
            while (true) {
                Optional<Call> call = read(in, number);
                if (call.isEmpty()) {
                    return;
                }
                synchronized (this) {
                    calls.add(call.get());
                    notifyAll();
                }
                if (!call.get().whole) {
                    return;
                }
                var reply = new Reply(socket, in);
                script.answer(call.get(), reply);
                if (!reply.keep) {
                    return;
                }
            }
        } catch (IOException gone) {
            // the gateway closed the connection, or the test is over
        } catch (Exception e) {
            throw new IllegalStateException("the script failed", e);
        } finally {
            synchronized (this) {
                open.remove(socket);
                notifyAll();
            }
        }
    }

    private Optional<Call> read(InputStream in, int number) throws IOException {
        String first = Wire.line(in);
        if (first.isEmpty()) {
            return Optional.empty();
        }
        var headers = new ArrayList<String>();
        for (String line = Wire.line(in); !line.isEmpty(); line = Wire.line(in)) {
            headers.add(line);
        }
        String[] parts = first.split(" ", 3);
        var head = new Call(parts[0], parts[1], headers, new byte[0], number, true);
        if (!readsBodies) {
            return Optional.of(head);
        }
        var body = new ByteArrayOutputStream();
        boolean whole;
        if (head.header("transfer-encoding").isPresent()) {
            whole = Wire.chunked(in, body);
        } else {
            int length = head.header("content-length").map(Integer::parseInt).orElse(0);
            body.writeBytes(in.readNBytes(length));
            whole = body.size() == length;
        }
        return Optional.of(
                new Call(parts[0], parts[1], headers, body.toByteArray(), number, whole));
    }

    @Override
    public void close() throws IOException {
        listener.close();
        synchronized (this) {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    /** What a script may do with the connection that a call came in on. */
    static final class Reply {
        final Socket socket;
        final InputStream in;
        private boolean keep = true;

        private Reply(Socket socket, InputStream in) {
            this.socket = socket;
            this.in = in;
        }

        void send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        void send(String latin1) throws IOException {
            send(latin1.getBytes(StandardCharsets.ISO_8859_1));
        }

        /** A whole answer with a length. */
        void full(int status, String type, byte[] body, String... headers) throws IOException {
            var head = new StringBuilder("HTTP/1.1 " + status + " X\r\nContent-Type: " + type);
            head.append("\r\nContent-Length: ").append(body.length).append("\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            send(head.append("\r\n").toString());
            send(body);
        }

        void json(int status, String body, String... headers) throws IOException {
            full(status, "application/json", body.getBytes(StandardCharsets.UTF_8), headers);
        }

        /** Begins an answer in chunks. */
        void begin(String type, String... headers) throws IOException {
            var head = new StringBuilder("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            send(head + "Transfer-Encoding: chunked\r\n\r\n");
        }

        void chunk(String text) throws IOException {
            chunk(text.getBytes(StandardCharsets.UTF_8));
        }

        void chunk(byte[] bytes) throws IOException {
            var out = new ByteArrayOutputStream(bytes.length + 20);
            out.writeBytes(
                    (Integer.toHexString(bytes.length) + "\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            out.writeBytes(bytes);
            out.writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII));
            send(out.toByteArray());
        }

        void end() throws IOException {
            send("0\r\n\r\n");
        }

        void stream(List<String> events) throws IOException {
            begin("text/event-stream");
            for (String event : events) {
                chunk(event);
            }
            end();
        }

        /** Waits until the gateway closes this connection. */
        void awaitClosed() throws IOException {
            keep = false;
            socket.setSoTimeout((int) PATIENCE.toMillis());
            try {
                if (in.read() >= 0) {
                    throw new IllegalStateException("bytes instead of the end");
                }
            } catch (java.net.SocketTimeoutException e) {
                throw e;
            } catch (IOException reset) {
                // as good
            }
        }

        void close() throws IOException {
            keep = false;
            socket.close();
        }

        /** Closes with a reset. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            close();
        }
    }
}
