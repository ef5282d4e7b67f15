package dev.vivace.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;

/** Requests that are nearly right. The same seed and number make the same request. */
final class Fuzz {
    /**
     * One request.
     *
     * @param whole whether its framing is sound and says that nothing follows, so that it must be
     *     answered and the connection closed
     */
    record Case(long number, String door, byte[] bytes, boolean whole) {
        /** Its beginning, for a person. */
        String shown() {
            String text = new String(bytes, 0, Math.min(bytes.length, 1_500), ISO_8859_1);
            return text + (text.length() < bytes.length ? "... (" + bytes.length + " bytes)" : "");
        }
    }

    private record Door(String name, String method, String path) {}

    private static final Door[] DOORS = {
        new Door("chat", "POST", "/v1/chat/completions"),
        new Door("chat", "POST", "/v1/chat/completions?a=%zz&b"),
        new Door("responses", "POST", "/v1/responses"),
        new Door("messages", "POST", "/v1/messages"),
        new Door("messages", "POST", "/v1/messages/count_tokens"),
        new Door("embeddings", "POST", "/v1/embeddings"),
        new Door("pass-through", "POST", "/v1/files"),
        new Door("pass-through", "GET", "/v1/models"),
        new Door("pass-through", "DELETE", "/v1/files/a%2fb"),
        new Door("admin", "POST", "/admin/cache/invalidate"),
        new Door("admin", "GET", "/admin/ledger?limit=9"),
        new Door("admin", "GET", "/admin/ledger?limit=99999999999999999999"),
        new Door("admin", "GET", "/admin/config"),
        new Door("admin", "GET", "/admin/cache"),
        new Door("admin", "GET", "/admin/keys"),
        new Door("metrics", "GET", "/metrics"),
        new Door("dashboard", "GET", "/"),
        new Door("health", "GET", "/readyz")
    };
    private static final String[] METHODS = {
        "GET",
        "PUT",
        "HEAD",
        "PATCH",
        "OPTIONS",
        "TRACE",
        "DELETE",
        "post",
        "BREW",
        "CONNECT",
        "M-SEARCH",
        "PRI",
        "A".repeat(300)
    };
    private static final String[] TARGETS = {
        "http://elsewhere.example/v1/chat/completions",
        "http://127.0.0.1/v1/models",
        "https://[::1]:99999/metrics",
        "//v1//chat",
        "/v1/../metrics",
        "/v1/%2e%2e/admin/config",
        "/%00",
        "/v1/files?" + "a=b&".repeat(900),
        "/" + "x".repeat(20_000),
        "*",
        "",
        "127.0.0.1:80",
        "/v1/chat/completions#f",
        "/v1/\u00e9",
        "/?%",
        "mailto:a@b"
    };
    private static final String[] HEADERS = {
        "Content-Type: application/json",
        "Content-Type: multipart/form-data; boundary=\"",
        "Authorization: Bearer sk-fuzz",
        "Authorization: " + "x".repeat(9_000),
        "x-api-key: ",
        "Accept: text/event-stream",
        "Accept-Encoding: gzip, br;q=2, \u00ff",
        "x-vivace-cache-mode: all",
        "x-vivace-cache-mode: \u0001",
        "x-vivace-cache-ttl: -1",
        "x-vivace-cache-ttl: 99999999999999999999",
        "x-vivace-cache-scope: " + "s".repeat(5_000),
        "x-vivace-tag-team: red",
        "x-vivace-tag-: ",
        "x-vivace-session: \u00e9\u00ff",
        "Cache-Control: no-cache, max-age=1, =, ,",
        "Cache-Control: max-age=1e9",
        "Cookie: " + "a=b; ".repeat(500),
        "Expect: 100-continue",
        "Expect: 200-maybe",
        "Connection: keep-alive, upgrade",
        "Connection: x-vivace-session, content-length",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Version: 13",
        "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA",
        "Host: elsewhere.example",
        "Host: [::",
        "Origin: http://elsewhere.example",
        "Origin: null",
        "Range: bytes=0-,-1",
        "If-None-Match: \"\"",
        "Accept: " + ",".repeat(2_000),
        "X-" + "n".repeat(3_000) + ": v",
        "X-Odd: \u00e9\u00ff\t",
        "Te: trailers",
        "Trailer: x",
        "Content-Encoding: gzip"
    };

    /** Lines after which it cannot be known what is meant. */
    private static final String[] BROKEN_HEADERS = {
        "Content-Length: 3",
        "Content-Length: 3, 3",
        "Content-Length: -1",
        "Content-Length: +5",
        "Content-Length: 0x5",
        "Content-Length: 99999999999999999999",
        "Content-Length: 99999999999",
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: chunked, chunked",
        "Transfer-Encoding: gzip, chunked",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding : chunked",
        "Transfer-Encoding:\u000bchunked",
        "X-A: a\rb",
        "X-A: a\nb",
        "X-A: a\r\n b",
        "X-\u0000: b",
        "X A: b",
        "X-A",
        ": b",
        "\u00e9: b",
        "X: " + "x".repeat(70_000),
        "X-Many: 1\r\n".repeat(400) + "X-Last: 1"
    };

    private static final String[] CHUNKINGS = {
        "%x\r\n%s\r\n0\r\n\r\n",
        "%x;a=b\r\n%s\r\n0\r\nX-Trailer: 1\r\n\r\n",
        "0%x\r\n%s\r\n0\r\n\r\n",
        "%x \r\n%s\r\n0\r\n\r\n",
        "%x\n%s\n0\n\n",
        "-%x\r\n%s\r\n0\r\n\r\n",
        "fffffffffffff%x\r\n%s\r\n0\r\n\r\n",
        "%x\r\n%sxx0\r\n\r\n",
        "%x\r\n%s\r\n",
        "0x%x\r\n%s\r\n0\r\n\r\n",
        "%x\r\n%s\r\n0\r\nContent-Length: 7\r\nHost: y\r\n\r\n",
        "%x;" + "e".repeat(20_000) + "\r\n%s\r\n0\r\n\r\n"
    };

    private final long seed;

    Fuzz(long seed) {
        this.seed = seed;
    }

    Case next(long number) {
        var random = new Random(seed * 1_000_003 + number);
        Door door = DOORS[random.nextInt(DOORS.length)];
        boolean whole = true;
        String method = door.method;
        String target = door.path;
        if (random.nextInt(20) == 0) {
            method = METHODS[random.nextInt(METHODS.length)];
            whole = false;
        }
        if (random.nextInt(15) == 0) {
            target = TARGETS[random.nextInt(TARGETS.length)];
            whole = false;
        }
        var head = new StringBuilder(method).append(' ').append(target).append(" HTTP/1.1\r\n");
        head.append("Host: localhost\r\nConnection: close\r\n");
        for (int count = random.nextInt(5); count > 0; count--) {
            head.append(HEADERS[random.nextInt(HEADERS.length)]).append("\r\n");
            whole &= head.indexOf("pgrade") < 0 && head.indexOf("Connection: x") < 0;
        }
        if (random.nextInt(8) == 0) {
            head.append(BROKEN_HEADERS[random.nextInt(BROKEN_HEADERS.length)]).append("\r\n");
            whole = false;
        }
        byte[] body =
                door.method.equals("POST") || random.nextInt(20) == 0
                        ? FuzzBodies.next(door.name, random)
                        : new byte[0];
        byte[] framed = body;
        if (body.length > 0 && random.nextInt(4) == 0) {
            head.append("Transfer-Encoding: chunked\r\n");
            int way = random.nextInt(3) > 0 ? 0 : random.nextInt(CHUNKINGS.length);
            whole &= way == 0;
            framed =
                    CHUNKINGS[way]
                            .formatted(body.length, new String(body, ISO_8859_1))
                            .getBytes(ISO_8859_1);
        } else if (body.length > 0) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        var request = new ByteArrayOutputStream();
        request.writeBytes(head.append("\r\n").toString().getBytes(ISO_8859_1));
        request.writeBytes(framed);
        byte[] bytes = request.toByteArray();
        if (random.nextInt(6) == 0) {
            whole = false;
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                bytes = changed(bytes, random);
            }
        }
        return new Case(number, door.name, bytes, whole);
    }

    private static byte[] changed(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length + 1);
        int end = Math.min(bytes.length, at + 1 + random.nextInt(8));
        return switch (random.nextInt(5)) {
            case 0 -> flipped(bytes, random);
            case 1 -> spliced(bytes, at, end, new byte[] {(byte) random.nextInt(256)});
            case 2 -> spliced(bytes, at, end, new byte[0]);
            case 3 -> spliced(bytes, at, bytes.length, new byte[0]);
            default -> spliced(bytes, at, at, "\r\n".repeat(random.nextInt(3)).getBytes(UTF_8));
        };
    }

    static byte[] flipped(byte[] bytes, Random random) {
        byte[] flipped = bytes.clone();
        if (flipped.length > 0) {
            flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
        }
        return flipped;
    }

    /** With other bytes in the place of these. */
    static byte[] spliced(byte[] bytes, int from, int to, byte[] others) {
        byte[] result = Arrays.copyOf(bytes, bytes.length - (to - from) + others.length);
        System.arraycopy(others, 0, result, from, others.length);
        System.arraycopy(bytes, to, result, from + others.length, bytes.length - to);
        return result;
    }
}
