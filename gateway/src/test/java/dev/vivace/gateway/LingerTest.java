package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever sends all of a request before it reads can still read why it was refused. */
@Timeout(60)
final class LingerTest extends WireTest {
    private static final int LIMIT = 100_000;
    private static final int TOO_LARGE = 900_000;

    @Override
    Gateway gateway(Upstream behind) {
        return Gateways.limited(behind.url(), new Config.Limits(LIMIT, 1 << 20));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, Content-Length: 900000, 413",
        "/v1/chat/completions, Transfer-Encoding: chunked, 413",
        "/v1/messages, Content-Length: 900000, 413",
        "/v1/embeddings, Content-Length: 900000, 413",
        "/admin/cache/invalidate, Content-Length: 900000, 413",
        "/nothing, Content-Length: 900000, 404"
    })
    void aBodyThatIsRefused(String path, String framing, int status) throws Exception {
        for (int i = 0; i < 10; i++) {
            try (var wire = new Wire(gateway.address())) {
                wire.send("POST " + path + " HTTP/1.1\r\nHost: x\r\n" + framing + "\r\n\r\n");
                byte[] part = "x".repeat(9_000).getBytes(java.nio.charset.StandardCharsets.UTF_8);
                for (int sent = 0; sent < TOO_LARGE; sent += part.length) {
                    if (framing.startsWith("T")) {
                        wire.send(Integer.toHexString(part.length) + "\r\n");
                    }
                    wire.send(part);
                    if (framing.startsWith("T")) {
                        wire.send("\r\n");
                    }
                }
                if (framing.startsWith("T")) {
                    wire.send("0\r\n\r\n");
                }
                assertEquals(status, wire.answer().status());
                assertTrue(wire.closed());
            }
        }
    }

    @Test
    void aHeadThatIsRefused() throws Exception {
        try (var wire = new Wire(gateway.address())) {
            wire.send("GET /v1/models HTTP/1.1\r\nHost: x\r\nX-Big: ");
            for (int i = 0; i < 50; i++) {
                wire.send("a".repeat(10_000));
            }
            wire.send("\r\n\r\n");
            assertEquals(431, wire.answer().status());
            assertTrue(wire.closed());
        }
    }

    @Test
    void whoeverSendsWithoutAnEndIsCutOff() throws Exception {
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST "
                            + Chat.PATH
                            + " HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n");
            boolean cut = false;
            for (int i = 0; i < 1_000 && !cut; i++) {
                try {
                    wire.send(new byte[100_000]);
                } catch (IOException reset) {
                    cut = true;
                }
            }
            assertTrue(cut, "100 MB were taken and dropped");
        }
    }

    @Test
    void aRefusedPassedCallIsInTheLedger() throws Exception {
        Wire.Answer answer =
                Wire.ask(gateway.address(), "/v1/files", "{}", "x-vivace-cache-ttl: soon");
        assertEquals(400, answer.status());
        String id = answer.head().header("x-vivace-id").orElse("no id");
        String ledger = Wire.get(gateway.address(), "/admin/ledger").text();
        assertTrue(ledger.contains(id), ledger);
        assertTrue(ledger.contains("\"status\":400"), ledger);
    }
}
