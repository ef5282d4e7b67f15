package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.key.ClientKeys;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Client keys at the doors of a running gateway, seen from outside. */
@Timeout(60)
final class ClientKeysDoorTest {
    private static final String ADMIN = "x-vivace-admin-key: root-of-all";
    private static final String EMBEDDING = "{\"model\":\"e\",\"input\":\"one\"}";
    private static final List<String> PATHS =
            List.of(
                    Chat.PATH,
                    "/v1/responses",
                    "/v1/messages",
                    "/v1/embeddings",
                    "/v1/files",
                    "/v1/models");

    @TempDir Path data;
    private Upstream upstream;
    private Gateway gateway;

    /** What a new key is. */
    private record Made(String id, String secret) {
        String bearer() {
            return "Authorization: Bearer " + secret;
        }
    }

    @BeforeEach
    void start() throws Exception {
        upstream =
                Upstream.start((call, reply) -> {
                    if (call.target().startsWith("/v1/embeddings")) {
                        reply.json(
                                200,
                                "{\"data\":[{\"embedding\":[1]}],\"usage\":{\"prompt_tokens\":9}}");
                    } else {
                        Chat.reply(call, reply);
                    }
                });
        gateway = start(Gateways.config(upstream.url()).withData(Optional.of(data)));
    }

    private static Gateway start(Config config) {
        return Gateway.start(config, Optional.of("root-of-all"));
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        upstream.close();
    }

    private static String field(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        assertTrue(found.find(), name + " in " + json);
        return found.group(1);
    }

    private Made create(String terms) throws Exception {
        Wire.Answer answer = Wire.ask(gateway.address(), KeyDoor.PATH, terms, ADMIN);
        assertEquals(201, answer.status(), answer.text());
        var made = new Made(field(answer.text(), "id"), field(answer.text(), "secret"));
        return made;
    }

    private Wire.Answer revoke(String id) throws Exception {
        try (var wire = new Wire(gateway.address())) {
            return wire.request("DELETE", KeyDoor.PATH + "/" + id, new byte[0], ADMIN).answer();
        }
    }

    private Wire.Answer chat(String question, String... headers) throws Exception {
        return Wire.ask(gateway.address(), Chat.PATH, Chat.ask(question), headers);
    }

    @Test
    void withoutKeysEverybodyComesInAsBefore() throws Exception {
        assertEquals(200, chat("open").status());
        assertEquals(200, chat("open", "Authorization: Bearer vv-anything").status());
        assertEquals(200, Wire.get(gateway.address(), "/admin/ledger").status());
        assertEquals("{\"keys\":[]}", Wire.get(gateway.address(), KeyDoor.PATH).text());
    }

    @Test
    void withKeysEveryDoorNeedsOneAndNoneGoesOn() throws Exception {
        Made key = create("{\"tenant\":\"acme\"}");
        for (String path : PATHS) {
            String body = path.equals("/v1/embeddings") ? EMBEDDING : Chat.ask("at " + path);
            for (String header :
                    List.of(
                            "X-None: 1",
                            "Authorization: Bearer sk-provider",
                            "Authorization: Basic " + key.secret(),
                            "Authorization: " + key.secret(),
                            "Cookie: " + key.secret(),
                            "Authorization: Bearer " + key.id(),
                            "x-api-key: " + key.secret() + "x",
                            ADMIN)) {
                Wire.Answer no = Wire.ask(gateway.address(), path, body, header);
                assertEquals(401, no.status(), path + " " + header);
                assertEquals(Optional.of("Bearer"), no.head().header("www-authenticate"));
                assertTrue(no.text().contains("vv-..."), no.text());
                assertEquals(
                        path.equals("/v1/messages"),
                        no.text().contains("authentication_error"),
                        no.text());
            }
            assertEquals(
                    List.of(),
                    upstream.calls().stream().filter(c -> c.target().equals(path)).toList());
            for (String header :
                    List.of(
                            key.bearer(),
                            "authorization: bearer  " + key.secret(),
                            "X-Api-Key: " + key.secret(),
                            "api-key: " + key.secret())) {
                assertEquals(
                        200,
                        Wire.ask(
                                        gateway.address(),
                                        path,
                                        body,
                                        header,
                                        "Cache-Control: no-store",
                                        "Cookie: own=1",
                                        "x-goog-api-key: own")
                                .status(),
                        path + " " + header);
            }
        }
        for (Upstream.Call call : upstream.calls()) {
            for (String header : call.headers()) {
                String name = header.substring(0, header.indexOf(':'));
                assertFalse(Credentials.is(name), header);
                assertFalse(header.contains(key.secret()), header);
            }
        }
    }

    @Test
    void aRefusalComesBeforeTheBody() throws Exception {
        create("{\"tenant\":\"acme\"}");
        try (var wire = new Wire(gateway.address())) {
            wire.send(
                    "POST "
                            + Chat.PATH
                            + " HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000000\r\n\r\n");
            assertEquals(401, wire.answer().status());
        }
    }

    @Test
    void revokingClosesAndStaysClosed() throws Exception {
        Made key = create("{\"tenant\":\"acme\"}");
        assertEquals(200, chat("before", key.bearer()).status());
        assertEquals(200, revoke(key.id()).status());
        assertEquals(200, revoke(key.id()).status());
        Wire.Answer revoked = chat("after", key.bearer());
        Wire.Answer unknown = chat("after", "x-api-key: vv-" + "A".repeat(43));
        assertEquals(401, revoked.status());
        assertEquals(unknown.text(), revoked.text(), "the client is not told the difference");
        String ledger = Wire.get(gateway.address(), "/admin/ledger", ADMIN).text();
        assertTrue(ledger.contains("the revoked client key " + key.id() + " was sent"), ledger);
        assertTrue(ledger.contains("an unknown client key was sent"), ledger);
        gateway.close();
        gateway = start(Gateways.config(upstream.url()).withData(Optional.of(data)));
        assertEquals(401, chat("restarted", key.bearer()).status());
        assertEquals(401, chat("restarted").status(), "a revoked key is a key");
        assertEquals(404, revoke("vk-000000000000").status());
        assertEquals(404, revoke(key.secret()).status());
    }

    @Test
    void tenantsShareNothingAndScopeKeySeparatesWithinOne() throws Exception {
        Made a = create("{\"tenant\":\"acme\"}");
        Made b = create("{\"tenant\":\"acme\"}");
        Made alone = create("{\"tenant\":\"acme\",\"scope\":\"key\"}");
        Made other = create("{\"tenant\":\"other\"}");
        assertEquals("MISS", chat("shared", a.bearer()).cache());
        assertEquals("HIT", chat("shared", b.bearer()).cache());
        for (Made each : List.of(alone, other)) {
            assertEquals("MISS", chat("shared", each.bearer()).cache());
            assertEquals("HIT", chat("shared", each.bearer()).cache());
        }
        for (Made each : List.of(a, b, alone, other)) {
            Wire.Answer answer =
                    Wire.ask(gateway.address(), "/v1/embeddings", EMBEDDING, each.bearer());
            assertEquals(each == b ? "HIT" : "MISS", answer.cache());
        }
        String ledger = Wire.get(gateway.address(), "/admin/ledger", ADMIN).text();
        assertTrue(ledger.contains("\"tenant\":\"acme\",\"key\":\"" + alone.id() + "\""), ledger);
    }

    @Test
    void aKeyForSomeModelsMayNotPassThroughAndListsThose() throws Exception {
        Made some = create("{\"tenant\":\"acme\",\"models\":[\"x/m-1\",\"m-1\"]}");
        int before = upstream.calls().size();
        for (String path : List.of("/v1/models", "/v1/models?a=b")) {
            Wire.Answer list = Wire.get(gateway.address(), path, some.bearer());
            assertEquals(200, list.status());
            assertTrue(list.text().startsWith("{\"object\":\"list\",\"data\":[{\"id\":\"m-1\","));
            assertTrue(list.text().contains("{\"id\":\"x/m-1\","), list.text());
            assertTrue(list.text().endsWith("\"last_id\":\"x/m-1\"}"), list.text());
        }
        Made seldom =
                create("{\"tenant\":\"acme\",\"models\":[\"m-1\"],\"requests_per_minute\":1}");
        assertEquals(200, Wire.get(gateway.address(), "/v1/models", seldom.bearer()).status());
        assertEquals(429, Wire.get(gateway.address(), "/v1/models", seldom.bearer()).status());
        String ledger = Wire.get(gateway.address(), "/admin/ledger", ADMIN).text();
        assertTrue(ledger.contains("{\"stage\":\"models\",\"outcome\":\"listed\"}"), ledger);
        for (String path : List.of("/v1/models/m-1", "/v1/models/x/m-1", "/v1/models/x%2Fm-1")) {
            Wire.Answer one = Wire.get(gateway.address(), path, some.bearer());
            assertEquals(200, one.status(), path);
            assertTrue(one.text().startsWith("{\"id\":\""), one.text());
        }
        for (String path :
                List.of(
                        "/v1/files",
                        "/v1/models/m-2",
                        "/v1/modelsm-1",
                        "/v1/models/../files",
                        "/v1/chat/completions/",
                        "/v1/audio/speech")) {
            assertEquals(403, Wire.get(gateway.address(), path, some.bearer()).status(), path);
        }
        assertEquals(before, upstream.calls().size());
    }

    @ParameterizedTest
    @ValueSource(strings = {Chat.PATH, "/v1/responses", "/v1/messages", "/v1/embeddings"})
    void aKeyForSomeModelsMayAskForThoseOnly(String path) throws Exception {
        Made all = create("{\"tenant\":\"acme\"}");
        Made some = create("{\"tenant\":\"acme\",\"models\":[\"m-1\",\"fast\"]}");
        String body =
                path.equals("/v1/embeddings")
                        ? EMBEDDING.replace("\"e\"", "\"m-1\"")
                        : Chat.ask("of a model");
        assertEquals(200, Wire.ask(gateway.address(), path, body, some.bearer()).status());
        for (String other : List.of("m-2", "default/m-1", "M-1", "m-1 ", "fas")) {
            String unlisted = body.replace("m-1", other);
            assertEquals(200, Wire.ask(gateway.address(), path, unlisted, all.bearer()).status());
            int before = upstream.calls().size();
            for (String streamed : List.of("false", "true")) {
                Wire.Answer no =
                        Wire.ask(
                                gateway.address(),
                                path,
                                unlisted.replaceFirst("\\{", "{\"stream\":" + streamed + ","),
                                some.bearer());
                assertEquals(403, no.status(), other + ": not even what is at hand");
                assertEquals("BYPASS", no.cache());
                assertTrue(
                        no.text()
                                .contains(
                                        "The model '"
                                                + other
                                                + "' is not allowed with this key; allowed: fast, m-1."),
                        no.text());
                assertEquals(
                        path.equals("/v1/messages"),
                        no.text().contains("permission_error"),
                        no.text());
            }
            assertEquals(before, upstream.calls().size());
        }
        String ledger = Wire.get(gateway.address(), "/admin/ledger", ADMIN).text();
        assertTrue(ledger.contains("\"status\":403"), ledger);
    }

    @ParameterizedTest
    @CsvSource({"high,200", "Normal,200", "low,200", "urgent,400", "'',400"})
    void priorityIsAWord(String word, int status) throws Exception {
        assertEquals(status, chat("priority", "x-vivace-priority: " + word).status());
        Made key = create("{\"tenant\":\"acme\"}");
        Wire.Answer answer = chat("priority", key.bearer(), "x-vivace-priority: " + word);
        assertEquals(status, answer.status());
        assertEquals(status == 400, answer.text().contains("x-vivace-priority must be one of"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/admin/keys",
                "/admin/ledger",
                "/admin/stats",
                "/admin/features",
                "/admin/config",
                "/admin/cache"
            })
    void withKeysTheAdminPagesNeedTheAdminKey(String path) throws Exception {
        Made key = create("{\"tenant\":\"acme\"}");
        for (String header :
                List.of(
                        "X-None: 1",
                        key.bearer(),
                        "x-vivace-admin-key: " + key.secret(),
                        "x-vivace-admin-key: root-of-al",
                        "x-vivace-admin-key: ",
                        "Authorization: Basic root-of-all")) {
            assertEquals(401, Wire.get(gateway.address(), path, header).status(), header);
        }
        for (String header : List.of(ADMIN, "Authorization: Bearer root-of-all")) {
            assertEquals(200, Wire.get(gateway.address(), path, header).status(), header);
        }
        for (String open : List.of("/", "/healthz", "/readyz", "/metrics", "/dashboard/icon.svg")) {
            assertEquals(200, Wire.get(gateway.address(), open).status(), open);
        }
    }

    @Test
    void withoutAnAdminKeyTheAdminPagesCloseWithTheFirstClientKey() throws Exception {
        try (var own = Gateways.to(upstream.url())) {
            Wire.Answer made = Wire.ask(own.address(), KeyDoor.PATH, "{\"tenant\":\"acme\"}");
            assertEquals(201, made.status());
            assertTrue(made.text().contains("end with this process"), made.text());
            Wire.Answer closed = Wire.get(own.address(), KeyDoor.PATH);
            assertEquals(403, closed.status());
            assertTrue(closed.text().contains("VIVACE_ADMIN_KEY"), closed.text());
        }
    }

    @Test
    void beyondLoopbackOnlyHealthIsOpen() throws Exception {
        create("{\"tenant\":\"acme\"}");
        Config config = Gateways.config(upstream.url()).withServer(new Config.Server("0.0.0.0", 0));
        try (var open = start(config)) {
            URI address = URI.create("http://127.0.0.1:" + open.address().getPort());
            for (String path : List.of("/metrics", "/admin/stats", KeyDoor.PATH)) {
                assertEquals(401, Wire.get(address, path).status(), path);
                assertEquals(200, Wire.get(address, path, ADMIN).status(), path);
            }
            assertEquals("{\"status\":\"ok\"}", Wire.get(address, "/readyz").text());
            assertTrue(Wire.get(address, "/readyz", ADMIN).text().contains("checks"));
            assertEquals(200, Wire.get(address, "/").status());
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                  | JSON",
                "[]                                  | object",
                "{}                                  | tenant",
                "{\"tenant\":\"local\"}              | tenant",
                "{\"tenant\":\"a\",\"budget_day\":-1}    | budget_day",
                "{\"tenant\":\"a\",\"tokens_per_minute\":0}    | tokens_per_minute",
                "{\"tenant\":\"a\",\"model\":\"m\"}    | model",
            })
    void whatIsWrongWithANewKeyIsNamed(String body, String named) throws Exception {
        Wire.Answer answer = Wire.ask(gateway.address(), KeyDoor.PATH, body, ADMIN);
        assertEquals(400, answer.status(), answer.text());
        assertTrue(answer.text().contains(named), answer.text());
    }

    @Test
    void otherMethodsAreNotTaken() throws Exception {
        try (var wire = new Wire(gateway.address())) {
            Wire.Answer no = wire.request("PUT", KeyDoor.PATH, new byte[0], ADMIN).answer();
            assertEquals(405, no.status());
            assertEquals(Optional.of("GET, POST"), no.head().header("allow"));
        }
    }

    /** A key that the command line makes or revokes counts in the gateway that runs. */
    @Test
    void changesOfTheFileAreNoticed() throws Exception {
        try (ClientKeys file = ClientKeys.of(data)) {
            Made first = create("{\"tenant\":\"acme\"}");
            file.revoke(first.id());
            while (chat("revoked", first.bearer()).status() != 401) {
                Thread.onSpinWait();
            }
            create("{\"tenant\":\"acme\"}");
            assertEquals(2, ClientKeys.of(data).list().size());
            assertFalse(ClientKeys.of(data).list().getLast().revoked(), "the later one is valid");
        }
    }

    @Test
    void noSecretIsWrittenDown() throws Exception {
        Made key = create("{\"tenant\":\"acme\",\"models\":[\"m-1\"]}");
        chat("secret", key.bearer());
        chat("secret", key.bearer() + "x");
        Wire.ask(gateway.address(), "/v1/files", "{}", key.bearer());
        revoke(key.id());
        var told = new StringBuilder(chat("secret", key.bearer()).text());
        for (String path :
                List.of(
                        "/metrics",
                        KeyDoor.PATH,
                        "/admin/ledger",
                        "/admin/config",
                        "/admin/stats",
                        KeyDoor.PATH + "/" + key.secret())) {
            told.append(Wire.get(gateway.address(), path, ADMIN).text());
        }
        String hash = field(Files.readString(data.resolve("keys.json")).replace(" ", ""), "hash");
        assertEquals(64, hash.length());
        gateway.close();
        try (var files = Files.walk(data)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String bytes = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                told.append(bytes.replace("\"hash\" : \"" + hash + "\"", ""));
            }
        }
        for (String secret : List.of(key.secret(), key.secret().substring(3), hash)) {
            assertFalse(told.toString().contains(secret));
        }
    }

    @Test
    void aDamagedFileStopsTheStart() throws Exception {
        gateway.close();
        Files.writeString(data.resolve("keys.json"), "{\"version\":1");
        var refused =
                org.junit.jupiter.api.Assertions.assertThrows(
                        GatewayException.class,
                        () -> start(Gateways.config(upstream.url()).withData(Optional.of(data))));
        assertTrue(String.valueOf(refused.getMessage()).contains("keys.json is damaged"));
    }
}
