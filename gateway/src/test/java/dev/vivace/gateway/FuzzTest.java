package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.vivace.simulator.Simulator;
import dev.vivace.simulator.SimulatorOptions;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whatever bytes come: an answer or the end, never an error of our own, and nobody waits. */
@Timeout(90)
final class FuzzTest {
    private static final int CASES = 2_000;
    private static final int PAUSE_MILLIS = 250;
    private static final long SEED = Long.getLong("vivace.fuzz.seed", 20_261);
    private static final String[] PATHS = {
        Chat.PATH,
        "/v1/messages",
        "/v1/responses",
        "/v1/embeddings",
        "/v1/files?a=b",
        "/admin/cache"
    };
    private static final String[] HEADERS = {
        "Content-Type: application/json",
        "Authorization: Bearer sk-fuzz",
        "Accept: text/event-stream",
        "x-vivace-cache-mode: all",
        "x-vivace-cache-ttl: 60",
        "x-vivace-tag-team: red",
        "Cache-Control: no-cache",
        "Cookie: a=b; c=d",
        "Expect: 100-continue",
        "X-Odd: \u00e9\u00ff"
    };
    private static final byte[][] TOKENS = {
        "\r\n".getBytes(UTF_8),
        "\n ".getBytes(UTF_8),
        "\r\n\r\n".getBytes(UTF_8),
        ":".getBytes(UTF_8),
        "\"".getBytes(UTF_8),
        "\\u".getBytes(UTF_8),
        "{".getBytes(UTF_8),
        "[[[[".getBytes(UTF_8),
        "null".getBytes(UTF_8),
        "1e999".getBytes(UTF_8),
        "%".getBytes(UTF_8),
        "%00".getBytes(UTF_8),
        " ".getBytes(UTF_8),
        "\0".getBytes(UTF_8),
        "\u00e9".getBytes(ISO_8859_1),
        "Content-Length: 3\r\n".getBytes(UTF_8),
        "Transfer-Encoding: chunked\r\n".getBytes(UTF_8),
        "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8),
        "HTTP/1.0".getBytes(UTF_8),
        "x".repeat(70_000).getBytes(UTF_8)
    };

    private final Random random = new Random(SEED);

    @Test
    void mutatedRequests() throws Exception {
        try (var upstream = Simulator.start(SimulatorOptions.defaults().withTimeScale(0));
                var gateway = Gateways.to(URI.create(upstream.address() + "/v1"));
                var threads = Executors.newFixedThreadPool(64, Thread.ofVirtual().factory())) {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < CASES; i++) {
                int number = i;
                byte[] bytes = mutated();
                running.add(
                        threads.submit(() -> {
                            send(gateway, number, bytes);
                            return null;
                        }));
            }
            for (Future<?> one : running) {
                one.get();
            }
            assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, Chat.ask("good")).status());
            Gateways.awaitIdle(gateway);
        }
    }

    private void send(Gateway gateway, int number, byte[] bytes) throws Exception {
        String which = "case " + number + " of seed " + SEED + ": " + shown(bytes);
        var got = new ByteArrayOutputStream();
        try (var wire = new Wire(gateway.address())) {
            try {
                wire.send(bytes);
                wire.socket.setSoTimeout(PAUSE_MILLIS);
                try {
                    wire.in.transferTo(got);
                } catch (SocketTimeoutException unfinished) {
                    // Half a request, probably; what is not whole now never will be.
                    wire.socket.setSoTimeout(Wire.PATIENCE_MILLIS);
                    wire.socket.shutdownOutput();
                    wire.in.transferTo(got);
                }
            } catch (SocketTimeoutException e) {
                throw new AssertionError("no answer and no end; " + which, e);
            } catch (IOException cut) {
                // an end
            }
        }
        String text = got.toString(ISO_8859_1);
        assertFalse(text.matches("(?s).*HTTP/1\\.[01] 5\\d\\d .*"), () -> text + "\n" + which);
        assertFalse(
                text.matches("(?s).*(\\tat |Exception|java\\.lang|netty).*"),
                () -> text + "\n" + which);
    }

    private static String shown(byte[] bytes) {
        String text = new String(bytes, ISO_8859_1);
        return text.length() > 2_000 ? text.substring(0, 2_000) + "..." : text;
    }

    private byte[] mutated() {
        byte[] bytes = good();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            bytes = change(bytes);
        }
        return bytes;
    }

    private byte[] good() {
        String path = PATHS[random.nextInt(PATHS.length)];
        String body =
                path.equals("/v1/embeddings")
                        ? "{\"model\":\"e\",\"input\":[\"a\",\"b" + random.nextInt(50) + "\"]}"
                        : Chat.ask(
                                "q" + random.nextInt(50),
                                random.nextBoolean()
                                        ? "\"stream\":true,\"cache\":{\"ttl\":5},\"input\":\"x\","
                                        : "\"tools\":[{\"type\":\"f\"}],\"user\":\"u\",");
        var headers = new ArrayList<String>();
        headers.add("Connection: close");
        for (String header : HEADERS) {
            if (random.nextInt(3) == 0) {
                headers.add(header);
            }
        }
        if (path.startsWith("/admin") || random.nextInt(10) == 0) {
            return Wire.bytes("GET", path, new byte[0], headers.toArray(String[]::new));
        }
        if (random.nextInt(3) > 0) {
            return Wire.bytes("POST", path, body.getBytes(UTF_8), headers.toArray(String[]::new));
        }
        headers.add("Transfer-Encoding: chunked");
        byte[] head = Wire.bytes("POST", path, new byte[0], headers.toArray(String[]::new));
        byte[] chunks =
                (Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n")
                        .getBytes(UTF_8);
        return concat(head, chunks);
    }

    private byte[] change(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(8));
        byte[] before = java.util.Arrays.copyOf(bytes, at);
        byte[] after = java.util.Arrays.copyOfRange(bytes, at, bytes.length);
        return switch (bytes.length == 0 ? 5 : random.nextInt(6)) {
            case 0 -> {
                byte[] flipped = bytes.clone();
                flipped[at % bytes.length] ^= (byte) (1 << random.nextInt(8));
                yield flipped;
            }
            case 1 -> {
                byte[] replaced = bytes.clone();
                replaced[at % bytes.length] = (byte) random.nextInt(256);
                yield replaced;
            }
            case 2 -> concat(before, java.util.Arrays.copyOfRange(bytes, end, bytes.length));
            case 3 -> concat(concat(before, java.util.Arrays.copyOfRange(bytes, at, end)), after);
            case 4 -> at == 0 ? bytes : before;
            default -> concat(concat(before, TOKENS[random.nextInt(TOKENS.length)]), after);
        };
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = java.util.Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }
}
