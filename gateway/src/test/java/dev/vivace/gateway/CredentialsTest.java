package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.vivace.config.Config;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose credential goes upstream, and who may share an answer. */
@Timeout(60)
final class CredentialsTest {
    private static final List<String> NAMES = List.of("Authorization", "x-api-key", "api-key");

    private Upstream upstream;

    @BeforeEach
    void start() throws Exception {
        upstream = Upstream.start(Chat::reply);
    }

    @AfterEach
    void stop() throws Exception {
        upstream.close();
    }

    private static Map<String, String> credentials(Upstream.Call call) {
        var sent = new TreeMap<String, String>();
        for (String name : NAMES) {
            call.header(name).ifPresent(value -> sent.put(name, value));
        }
        return sent;
    }

    @ParameterizedTest
    @CsvSource({"OPENAI, Authorization, Bearer sk-ours", "ANTHROPIC, x-api-key, sk-ours"})
    void withAKeyOfOursClientsCredentialsStayHereAndAllShare(
            Config.Protocol protocol, String name, String value) throws Exception {
        try (var gateway = Gateways.keyed(upstream.url(), protocol, "sk-ours")) {
            int asked = 0;
            for (String header :
                    List.of("X-None: 1", "Authorization: Bearer a", "api-key: b", "x-api-key: c")) {
                Wire.Answer answer =
                        Wire.ask(gateway.address(), Chat.PATH, Chat.ask("shared"), header);
                assertEquals(asked++ == 0 ? "MISS" : "HIT", answer.cache(), header);
                Wire.ask(gateway.address(), Chat.PATH, Chat.ask(header), header);
                Wire.ask(gateway.address(), "/v1/files", "{}", header);
                Wire.ask(
                        gateway.address(),
                        "/v1/embeddings",
                        "{\"model\":\"e\",\"input\":\"" + header + "\"}",
                        header);
            }
            for (Upstream.Call call : upstream.calls()) {
                assertEquals(Map.of(name, value), credentials(call), call.target());
            }
            String ledger = Wire.get(gateway.address(), "/admin/ledger?limit=100").text();
            assertFalse(ledger.contains("sk-ours"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Authorization", "x-api-key", "api-key"})
    void withoutOneTheClientsOwnGoesThereAndNobodyElseShares(String name) throws Exception {
        try (var gateway = Gateways.to(upstream.url())) {
            for (String who : List.of("secret-a", "secret-b", "secret-a")) {
                Wire.ask(gateway.address(), Chat.PATH, Chat.ask("mine"), name + ": " + who);
            }
            assertEquals(2, upstream.calls().size());
            assertEquals("MISS", Wire.ask(gateway.address(), Chat.PATH, Chat.ask("mine")).cache());
            Wire.ask(gateway.address(), "/v1/files", "{}", name + ": secret-c");
            assertEquals(
                    List.of(
                            Map.of(name, "secret-a"),
                            Map.of(name, "secret-b"),
                            Map.of(),
                            Map.of(name, "secret-c")),
                    upstream.calls().stream().map(CredentialsTest::credentials).toList());
            String ledger = Wire.get(gateway.address(), "/admin/ledger?limit=100").text();
            assertFalse(ledger.contains("secret"), "no credential is written down");
        }
    }

    @Test
    void theSameSecretUnderAnotherNameIsAnotherCredential() throws Exception {
        try (var gateway = Gateways.to(upstream.url())) {
            for (String name : NAMES) {
                assertEquals(
                        "MISS",
                        Wire.ask(gateway.address(), Chat.PATH, Chat.ask("same"), name + ": s")
                                .cache());
            }
            assertEquals(
                    "MISS",
                    Wire.ask(
                                    gateway.address(),
                                    Chat.PATH,
                                    Chat.ask("same"),
                                    "x-api-key: s",
                                    "api-key: s")
                            .cache());
        }
    }

    @Test
    void twoCredentialsNeverJoin() throws Exception {
        var go = new CountDownLatch(1);
        upstream.script((call, reply) -> {
            go.await();
            reply.json(200, Chat.answer(call.header("authorization").orElse("nobody")));
        });
        try (var gateway = Gateways.to(upstream.url());
                var first = new Wire(gateway.address());
                var second = new Wire(gateway.address())) {
            first.post(Chat.PATH, Chat.ask("together"), "Authorization: Bearer a");
            second.post(Chat.PATH, Chat.ask("together"), "Authorization: Bearer b");
            upstream.await(2);
            go.countDown();
            assertEquals(Chat.answer("Bearer a"), first.answer().text());
            assertEquals(Chat.answer("Bearer b"), second.answer().text());
        }
    }

    @Test
    void ownControlHeadersStayHere() throws Exception {
        try (var gateway = Gateways.to(upstream.url())) {
            Wire.ask(
                    gateway.address(),
                    Chat.PATH,
                    Chat.ask("control"),
                    "x-vivace-session: s",
                    "X-Vivace-Tag-Team: t",
                    "x-vivace-cache-ttl: 9");
            for (String header : upstream.only().headers()) {
                assertFalse(header.toLowerCase(java.util.Locale.ROOT).startsWith("x-vivace"));
            }
            assertEquals(Optional.of("application/json"), upstream.only().header("content-type"));
        }
    }
}
