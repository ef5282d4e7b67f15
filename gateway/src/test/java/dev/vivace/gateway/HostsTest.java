package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page at a public name that resolves to 127.0.0.1 reaches nothing through its browser. */
@Timeout(30)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class HostsTest {
    private static final List<String> DOORS =
            List.of(
                    "/",
                    "/healthz",
                    "/metrics",
                    "/admin/ledger",
                    "/admin/config",
                    "/admin/cache/invalidate",
                    "/v1/models",
                    "/v1/chat/completions",
                    "/v1/messages",
                    "/v1/embeddings");

    private Upstream upstream;
    private Gateway gateway;

    @BeforeAll
    void start() throws Exception {
        upstream = Upstream.start(Chat::reply);
        gateway =
                Gateway.start(
                        Gateways.config(upstream.url())
                                .withServer(
                                        new Config.Server(
                                                "127.0.0.1",
                                                0,
                                                List.of("Gateway.Example.com", "10.0.0.7"))));
    }

    @AfterAll
    void stop() throws Exception {
        gateway.close();
        upstream.close();
    }

    @AfterEach
    void theUpstreamSawNothingOfARefusedCall() {
        assertEquals(0, upstream.calls().size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1:8080",
                "127.0.0.1",
                "10.1.2.3:1",
                "[::1]:8080",
                "[fe80::1%25eth0]",
                "localhost:8080",
                "LocalHost",
                "app.localhost:3000",
                "x",
                "my_machine-1:80",
                "gateway.internal",
                "host.docker.internal:8080",
                "nas.local",
                "a.b.test:1",
                "pi.home.arpa",
                "gateway.example.com",
                "GATEWAY.example.com:443"
            })
    void answersUnderANameThatNobodyElseCanOwn(String host) throws Exception {
        try (var wire = new Wire(gateway.address())) {
            assertEquals(200, ask(wire, "GET", "/healthz", "Host: " + host + "\r\n").status());
            assertEquals(200, ask(wire, "GET", "/healthz", "Host: " + host + "\r\n").status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8080",
                "127.0.0.1.evil.example",
                "localhost.evil.example:8080",
                "evil.localhost.example",
                "notlocalhost.com",
                "a.mylocal",
                "gateway.example.com.evil.example",
                "sub.gateway.example.com",
                "evil.example:80@x",
                "x@evil.example",
                "1.2.3.4.5",
                "[evil.example]",
                "evil.example.",
                "x:",
                "x:y",
                ""
            })
    void refusesEveryOtherAtEveryDoor(String host) throws Exception {
        for (String door : DOORS) {
            for (String method : List.of("GET", "POST")) {
                try (var wire = new Wire(gateway.address())) {
                    Wire.Answer answer = ask(wire, method, door, "Host: " + host + "\r\n");
                    assertEquals(403, answer.status(), method + " " + door);
                    assertTrue(answer.text().contains("'" + host + "'"), answer.text());
                    assertTrue(answer.text().contains("server.hosts"), answer.text());
                    boolean anthropic = answer.text().contains("permission_error");
                    assertEquals(door.equals("/v1/messages"), anthropic, answer.text());
                }
            }
        }
    }

    @Test
    void aGoodNameBeforeHelpsNoOther() throws Exception {
        try (var wire = new Wire(gateway.address())) {
            assertEquals(200, ask(wire, "GET", "/healthz", "Host: x\r\n").status());
            assertEquals(403, ask(wire, "GET", "/healthz", "Host: evil.example\r\n").status());
            assertEquals(403, ask(wire, "GET", "/healthz", "Host: evil.example\r\n").status());
            assertEquals(200, ask(wire, "GET", "/healthz", "Host: x\r\n").status());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Host: x\r\nHost: x\r\n",
                "Host: x\r\nHOST: evil.example\r\n",
                "host: evil.example\r\nHost: x\r\n"
            })
    void refusesARequestWithoutOneHost(String headers) throws Exception {
        try (var wire = new Wire(gateway.address())) {
            Wire.Answer answer = ask(wire, "GET", "/healthz", headers);
            assertEquals(400, answer.status());
            assertTrue(answer.text().contains("one Host header"), answer.text());
        }
    }

    private static Wire.Answer ask(Wire wire, String method, String path, String headers)
            throws Exception {
        String length = method.equals("POST") ? "Content-Length: 0\r\n" : "";
        return wire.send(method + " " + path + " HTTP/1.1\r\n" + headers + length + "\r\n")
                .answer();
    }
}
