package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * An upstream that answers at once, always the same: one object, or a stream of {@value #CHUNKS}
 * chunks of {@value #CHUNK_BYTES} bytes, each flushed by itself, as a model's tokens are. It runs
 * in a process of its own so that nobody's CPU time but its own holds its work.
 */
final class MockUpstream implements AutoCloseable {
    static final int CHUNKS = 200;
    static final int CHUNK_BYTES = 295;

    /** The answer to a plain call, 0.6 kB. */
    static final String ANSWER =
            """
            {"id":"chatcmpl-bench","object":"chat.completion","created":1790000000,"model":"gpt-4o-mini",\
            "choices":[{"index":0,"message":{"role":"assistant","content":"Your luggage is on its way: it was loaded on the \
            next flight and will be delivered to your address before noon. The tag number is BER-204117, and you can follow \
            it with the link that we sent you by mail. Is there anything else that I can do for you today?","refusal":null},\
            "logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":226,"completion_tokens":62,"total_tokens":288,\
            "prompt_tokens_details":{"cached_tokens":0}},"system_fingerprint":"fp_bench"}\
            """;

    private static final int MAX_REQUEST = 1 << 20;
    private static final ByteBuffer WHOLE = encode(whole());
    private static final List<ByteBuffer> STREAM = stream();

    private final ServerSocketChannel server;
    private final Semaphore slots;
    private final Duration work;

    private MockUpstream(ServerSocketChannel server, int slots, Duration work) {
        this.server = server;
        this.slots = new Semaphore(slots, true);
        this.work = work;
    }

    /** Starts on a free port of 127.0.0.1. */
    static MockUpstream start() throws IOException {
        return start(Integer.MAX_VALUE, Duration.ZERO);
    }

    /**
     * Starts one with a capacity, on a free port of 127.0.0.1.
     *
     * @param slots calls that it works on at a time; the others wait with it, first come first
     *     served
     * @param work how long each takes
     */
    static MockUpstream start(int slots, Duration work) throws IOException {
        var server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress("127.0.0.1", 0), 4_096);
        var mock = new MockUpstream(server, slots, work);
        Thread.ofPlatform().daemon().name("accept").start(mock::accept);
        return mock;
    }

    /**
     * Serves until standard input ends, which it does when the process that started this one ends.
     */
    public static void main(String[] arguments) throws IOException {
        try (var mock = start()) {
            System.out.println("mock upstream on http://127.0.0.1:" + mock.port());
            System.in.transferTo(System.err);
        }
    }

    int port() {
        return server.socket().getLocalPort();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void accept() {
        try {
            while (true) {
                var client = server.accept();
                Thread.startVirtualThread(() -> serve(client));
            }
        } catch (IOException e) {
            // Closed: that is its end.
        }
    }

    private void serve(SocketChannel client) {
        try (client) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            var buffer = ByteBuffer.allocate(8_192);
            while (true) {
                int head = headLength(buffer);
                int whole = head < 0 ? 0 : head + contentLength(buffer, head);
                if (head >= 0 && buffer.position() >= whole) {
                    work();
                    boolean streams = text(buffer, whole).contains("\"stream\":true");
                    answer(client, streams ? STREAM : List.of(WHOLE));
                    buffer.limit(buffer.position()).position(whole);
                    buffer.compact();
                    continue;
                }
                if (!buffer.hasRemaining()) {
                    buffer = larger(buffer);
                }
                if (client.read(buffer) < 0) {
                    return;
                }
            }
        } catch (IOException e) {
            // The client left.
        }
    }

    private void work() throws IOException {
        if (work.isZero()) {
            return;
        }
        try {
            slots.acquire();
            try {
                Thread.sleep(work);
            } finally {
                slots.release();
            }
        } catch (InterruptedException e) {
            throw new IOException("interrupted", e);
        }
    }

    private static void answer(SocketChannel client, List<ByteBuffer> parts) throws IOException {
        for (var part : parts) {
            var bytes = part.duplicate();
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
        }
    }

    private static ByteBuffer larger(ByteBuffer buffer) throws IOException {
        if (buffer.capacity() >= MAX_REQUEST) {
            throw new IOException("a request of more than " + MAX_REQUEST + " bytes");
        }
        return ByteBuffer.allocate(buffer.capacity() * 4).put(buffer.flip());
    }

    private static int headLength(ByteBuffer buffer) {
        for (int i = 3; i < buffer.position(); i++) {
            if (buffer.get(i) == '\n' && buffer.get(i - 2) == '\n') {
                return i + 1;
            }
        }
        return -1;
    }

    private static int contentLength(ByteBuffer buffer, int head) {
        return text(buffer, head)
                .lines()
                .filter(line -> line.toLowerCase(Locale.ROOT).startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(line.substring(15).strip()))
                .findFirst()
                .orElse(0);
    }

    private static String text(ByteBuffer buffer, int length) {
        return new String(buffer.array(), 0, length, US_ASCII);
    }

    private static String whole() {
        return "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
                + ANSWER.length()
                + "\r\n\r\n"
                + ANSWER;
    }

    private static List<ByteBuffer> stream() {
        // The third header is for nginx, which would otherwise gather the chunks.
        var head =
                """
                HTTP/1.1 200 OK\r
                content-type: text/event-stream\r
                x-accel-buffering: no\r
                transfer-encoding: chunked\r
                \r
                """;
        var events =
                IntStream.rangeClosed(1, CHUNKS)
                        .mapToObj(i -> i < CHUNKS ? event(i, "null") : event(i, "\"stop\""));
        var end = Stream.of("data: [DONE]\n\n");
        var chunks =
                Stream.concat(events, end)
                        .map(e -> Integer.toHexString(e.length()) + "\r\n" + e + "\r\n");
        return Stream.of(Stream.of(head), chunks, Stream.of("0\r\n\r\n"))
                .flatMap(parts -> parts)
                .map(MockUpstream::encode)
                .toList();
    }

    private static String event(int number, String finish) {
        var head =
                "data: {\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion.chunk\",\"created\":1790000000,"
                        + "\"model\":\"gpt-4o-mini\",\"system_fingerprint\":\"fp_bench\",\"choices\":[{\"index\":0,"
                        + "\"delta\":{\"content\":\" token "
                        + number;
        var tail = "\"},\"logprobs\":null,\"finish_reason\":" + finish + "}]}\n\n";
        return head + " ".repeat(CHUNK_BYTES - head.length() - tail.length()) + tail;
    }

    private static ByteBuffer encode(String text) {
        return ByteBuffer.allocateDirect(text.length()).put(text.getBytes(US_ASCII)).flip();
    }
}
