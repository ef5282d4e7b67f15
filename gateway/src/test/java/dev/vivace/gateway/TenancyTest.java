package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CacheMode;
import dev.vivace.config.Config;
import dev.vivace.config.TenantLimits;
import dev.vivace.gateway.TenantWorld.Client;
import dev.vivace.key.Budget;
import dev.vivace.ledger.Price;
import dev.vivace.limit.Rates;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/**
 * Tenants ask the same at every door, and nothing of one's reaches another: what {@link
 * TenantWorld} looks at after each call and at the end is half of each test. Taking the tenant out
 * of any key that the gateway keeps something by makes one of these fail.
 */
@Timeout(60)
class TenancyTest {
    private static final String EMBEDDINGS = "/v1/embeddings";

    /** So much of a prompt that a budget has room for few. */
    private static final String LONG = "x".repeat(1_000);

    /** The doors at which answers are kept, and the forms in which they are asked for. */
    enum Door {
        CHAT(Chat.PATH, "\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]"),
        CHAT_STREAM(
                Chat.PATH,
                "\"stream\":true,\"stream_options\":{\"include_usage\":true},\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]"),
        RESPONSES("/v1/responses", "\"store\":false,\"input\":\"%s\""),
        RESPONSES_STREAM("/v1/responses", "\"stream\":true,\"store\":false,\"input\":\"%s\""),
        MESSAGES(
                "/v1/messages",
                "\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]"),
        MESSAGES_STREAM(
                "/v1/messages",
                "\"stream\":true,\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]"),
        EMBEDDING(EMBEDDINGS, "\"input\":[\"%s\"]");

        final String path;
        private final String members;

        Door(String path, String members) {
            this.path = path;
            this.members = members;
        }

        String body(String prompt) {
            return "{\"model\":\"m-1\"," + members.formatted(prompt) + "}";
        }
    }

    @TempDir Path data;
    TenantWorld world;

    @BeforeEach
    void start() throws Exception {
        start(UnaryOperator.identity());
    }

    private void start(UnaryOperator<Config> change) throws Exception {
        world = new TenantWorld(data, base -> sharing(change.apply(config(base))));
    }

    /** Alone, if nobody says otherwise. */
    Config sharing(Config config) {
        return config;
    }

    static Config config(Config base) {
        var upstreams = new LinkedHashMap<String, Config.Upstream>();
        base.upstreams()
                .forEach((name, one) ->
                        upstreams.put(
                                name,
                                new Config.Upstream(
                                        one.url(),
                                        Config.Protocol.OPENAI,
                                        Optional.of(TenantWorld.UPSTREAM_KEY))));
        return base.toBuilder()
                .upstreams(upstreams)
                .prices(Map.of("m-1", new Price(1_000, 500, 2_000)))
                .cache(new Config.Cache(CacheMode.ALL, 64 << 20, Duration.ofHours(1)))
                .embeddings(new Config.Embeddings(256, 8_000, Duration.ofSeconds(1)))
                .build();
    }

    @AfterEach
    void look() throws Exception {
        world.closeAndLookAtTheBooks();
    }

    private Wire.Answer ask(Client who, Door door, String prompt, String... headers)
            throws Exception {
        return world.ask(who, door.path, door.body(prompt), headers);
    }

    private int upstreamCalls() {
        return world.upstream.calls().size();
    }

    /** As behind a proxy that keeps one connection for everybody. */
    @ParameterizedTest
    @EnumSource
    void nobodyHitsAnothersAnswer(Door door) throws Exception {
        var theirs = new HashMap<String, String>();
        try (var wire = new Wire(world.gateway.address())) {
            for (Client who : world.clients) {
                String body = door.body("equal");
                int status = world.first(who) ? 504 : 200;
                Wire.Answer peek =
                        world.ask(wire, who, door.path, body, "Cache-Control: only-if-cached");
                assertEquals(status, peek.status(), who.name());
                int before = upstreamCalls();
                Wire.Answer got = world.ask(wire, who, door.path, body);
                assertEquals(world.first(who) ? "MISS" : "HIT", got.cache(), who.name());
                assertEquals(before + (world.first(who) ? 1 : 0), upstreamCalls(), who.name());
                theirs.putIfAbsent(who.domain(), got.text());
            }
            int before = upstreamCalls();
            for (Client who : world.clients) {
                Wire.Answer again = world.ask(wire, who, door.path, door.body("equal"));
                assertEquals("HIT", again.cache(), who.name());
                assertEquals(
                        NumberedAnswers.in(theirs.getOrDefault(who.domain(), "")),
                        NumberedAnswers.in(again.text()));
            }
            assertEquals(before, upstreamCalls());
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodysRefreshChangesAnothersAnswer(Door door) throws Exception {
        var theirs = new HashMap<String, String>();
        for (Client who : world.clients) {
            theirs.put(who.domain(), ask(who, door, "fresh").text());
        }
        for (Client refreshing : world.clients) {
            Wire.Answer got = ask(refreshing, door, "fresh", "Cache-Control: no-cache");
            assertEquals("REFRESH", got.cache());
            theirs.put(refreshing.domain(), got.text());
            for (Client who : world.clients) {
                Wire.Answer hit = ask(who, door, "fresh");
                assertEquals("HIT", hit.cache(), who.name());
                assertEquals(
                        NumberedAnswers.in(theirs.getOrDefault(who.domain(), "")),
                        NumberedAnswers.in(hit.text()));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void nobodyJoinsAnothersCall(Door door) throws Exception {
        world.answers.hold();
        var wires = new ArrayList<Wire>();
        var seen = new HashMap<String, List<String>>();
        for (Client who : world.clients) {
            var wire = new Wire(world.gateway.address());
            wires.add(wire);
            wire.post(door.path, door.body("at once"), who.headers());
            Gateways.awaitInFlight(world.gateway, wires.size());
        }
        world.upstream.await(world.domains());
        world.answers.release();
        for (int i = 0; i < wires.size(); i++) {
            Client who = world.clients.get(i);
            Wire.Answer got = world.took(who, wires.get(i).answer());
            // Who looked in Redis first may have been answered there last.
            seen.computeIfAbsent(who.domain(), absent -> new ArrayList<>()).add(got.cache());
            wires.get(i).close();
        }
        for (List<String> caches : seen.values()) {
            assertEquals(1, Collections.frequency(caches, "MISS"), seen.toString());
            assertEquals(caches.size() - 1, Collections.frequency(caches, "JOINED"), seen + "");
        }
        assertEquals(world.domains(), upstreamCalls());
    }

    /** A refreshing call is one that others join as well: not others of another tenant. */
    @ParameterizedTest
    @EnumSource
    void nobodyJoinsAnothersRefresh(Door door) throws Exception {
        world.answers.hold();
        var wires = new ArrayList<Wire>();
        for (Client who : world.clients) {
            var wire = new Wire(world.gateway.address());
            wires.add(wire);
            String refresh = world.first(who) ? "Cache-Control: no-cache" : "Accept: */*";
            wire.post(door.path, door.body("again"), who.headers(refresh));
            Gateways.awaitInFlight(world.gateway, wires.size());
        }
        world.upstream.await(world.domains());
        world.answers.release();
        for (int i = 0; i < wires.size(); i++) {
            Client who = world.clients.get(i);
            Wire.Answer got = world.took(who, wires.get(i).answer());
            assertEquals(world.first(who) ? "REFRESH" : "JOINED", got.cache(), who.name());
            wires.get(i).close();
        }
    }

    @Test
    void nobodysInputsTravelWithAnothers() throws Exception {
        world.answers.hold();
        var wires = new LinkedHashMap<Wire, Client>();
        for (String wave : List.of("first of %s", "second")) {
            for (Client who : world.clients) {
                var wire = new Wire(world.gateway.address());
                wires.put(wire, who);
                String body = Door.EMBEDDING.body(wave.formatted(who.name()));
                wire.post(EMBEDDINGS, body, who.headers());
                Gateways.awaitInFlight(world.gateway, wires.size());
            }
        }
        world.upstream.await(world.domains());
        world.answers.release();
        for (var each : wires.entrySet()) {
            assertEquals(200, world.took(each.getValue(), each.getKey().answer()).status());
            each.getKey().close();
        }
        List<String> batches =
                world.upstream.calls().stream()
                        .map(call -> JsonMapper.shared().readTree(call.body()).path("input"))
                        .map(Object::toString)
                        .sorted()
                        .toList();
        areApart(batches);
    }

    void areApart(List<String> batches) {
        assertEquals(
                List.of(
                        "[\"first of a1\"]",
                        "[\"first of a2\",\"second\"]",
                        "[\"first of beta\"]",
                        "[\"first of longer\"]",
                        "[\"first of own1\"]",
                        "[\"first of own2\"]",
                        "[\"second\"]",
                        "[\"second\"]",
                        "[\"second\"]",
                        "[\"second\"]"),
                batches);
    }

    /** What is on disk is found again by whom it belongs to. */
    @Test
    void nobodyFindsAnothersAnswersAfterARestart() throws Exception {
        var theirs = new HashMap<String, String>();
        for (Door door : Door.values()) {
            for (Client who : world.clients) {
                theirs.putIfAbsent(door + who.domain(), ask(who, door, "kept by " + door).text());
            }
        }
        int before = upstreamCalls();
        world.restart();
        for (Door door : Door.values()) {
            for (Client who : world.clients) {
                Wire.Answer hit = ask(who, door, "kept by " + door);
                assertEquals("HIT", hit.cache(), who.name());
                assertEquals(
                        NumberedAnswers.in(theirs.getOrDefault(door + who.domain(), "")),
                        NumberedAnswers.in(hit.text()));
            }
        }
        assertEquals(before, upstreamCalls());
    }

    /** Whatever a client calls its scope, it is one within its tenant. */
    @ParameterizedTest
    @EnumSource
    void noScopeReachesIntoAnotherTenant(Door door) throws Exception {
        for (Client who : world.clients) {
            ask(who, door, "scoped");
        }
        var scopes = new ArrayList<>(List.of("-2", "acme", "acme-2", "beta", "tenant", "*"));
        for (Client who : world.clients) {
            scopes.add(who.id());
            scopes.add(who.tenant() + "\\n" + who.id());
        }
        for (String scope : scopes) {
            for (Client who : world.clients) {
                String expected = world.first(who) ? "MISS" : "HIT";
                String body = door.body("scoped");
                String named =
                        body.replaceFirst("\\{", "{\"cache\":{\"namespace\":\"" + scope + "\"},");
                assertEquals(
                        expected, world.ask(who, door.path, named).cache(), who.name() + scope);
                if (!scope.contains("\\")) {
                    String header = "x-vivace-cache-scope: " + scope;
                    assertEquals("HIT", ask(who, door, "scoped", header).cache(), who.name());
                }
            }
        }
    }

    @Test
    void whatOperatorsForgetByScopeIsOnlyThat() throws Exception {
        String scope = "x-vivace-cache-scope: beta's";
        for (Door door : Door.values()) {
            for (Client who : world.clients) {
                ask(who, door, "forget", who == world.beta ? scope : "Accept: */*");
            }
        }
        Wire.Answer forgot =
                Wire.ask(
                        world.gateway.address(),
                        "/admin/cache/invalidate",
                        "{\"scope\":\"beta's\"}",
                        TenantWorld.ADMIN);
        // A stream and what is none are one answer in two forms.
        assertEquals("{\"removed\":4}", forgot.text());
        for (Door door : List.of(Door.CHAT, Door.RESPONSES, Door.MESSAGES, Door.EMBEDDING)) {
            for (Client who : world.clients) {
                boolean gone = who == world.beta;
                assertEquals(
                        gone ? "MISS" : "HIT",
                        ask(who, door, "forget", gone ? scope : "Accept: */*").cache(),
                        who.name());
            }
        }
    }

    @Test
    void noClientKeyOpensWhatIsTheOperators() throws Exception {
        ask(world.a1, Door.CHAT, "mine");
        for (Client who : world.clients) {
            for (String path :
                    List.of(
                            "/admin/keys",
                            "/admin/keys/" + world.a1.id(),
                            "/admin/ledger",
                            "/admin/ledger?limit=1000",
                            "/admin/config",
                            "/admin/cache",
                            "/admin/stats",
                            "/admin/features",
                            "/admin/cache/invalidate",
                            "/admin/../admin/keys",
                            "/admin//keys")) {
                for (String method : List.of("GET", "POST", "DELETE")) {
                    for (String header :
                            List.of(
                                    "Authorization: Bearer " + who.secret(),
                                    "x-api-key: " + who.secret(),
                                    "x-vivace-admin-key: " + who.secret())) {
                        byte[] body =
                                method.equals("POST") ? "{\"all\":true}".getBytes() : new byte[0];
                        try (var wire = new Wire(world.gateway.address())) {
                            Wire.Answer no = wire.request(method, path, body, header).answer();
                            assertEquals(401, no.status(), method + " " + path + no.text());
                        }
                    }
                }
            }
        }
        assertEquals("HIT", ask(world.a1, Door.CHAT, "mine").cache());
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/files", "/v1/audio/speech", "/v1/chat/completions/c-1?a=b"})
    void whatPassesThroughIsEachCallersOwn(String path) throws Exception {
        for (int i = 0; i < 2; i++) {
            for (Client who : world.clients) {
                int before = upstreamCalls();
                assertEquals("BYPASS", world.ask(who, path, "{\"equal\":true}").cache());
                assertEquals(before + 1, upstreamCalls());
            }
        }
    }

    @Test
    void nothingThatEverybodySeesNamesAModelOrAPrompt() throws Exception {
        for (Door door : Door.values()) {
            for (Client who : world.clients) {
                ask(who, door, "confidential");
                String unknown = door.body("x").replace("m-1", "nobody-knows-this-" + who.name());
                assertEquals(404, world.ask(who, door.path, unknown).status());
            }
        }
        world.booked();
        world.publicPagesNameNobody("confidential", "nobody-knows-this");
    }

    private static TenantLimits limits(Rates rates, Budget budget) {
        return new TenantLimits(rates, budget);
    }

    private void restart(TenantLimits each) throws Exception {
        world.closeAndLookAtTheBooks();
        start(base ->
                base.toBuilder()
                        .tenants(Map.of("acme", each, "acme-2", each, "beta", each))
                        .build());
    }

    /** Asks until it is refused. */
    private Wire.Answer exhaust(Client who, Door door) throws Exception {
        for (int i = 0; i < 50; i++) {
            Wire.Answer answer = ask(who, door, who.name() + " asks " + i);
            if (answer.status() == 429) {
                return answer;
            }
            assertEquals(200, answer.status(), answer.text());
        }
        throw new AssertionError("never refused");
    }

    @Test
    void nobodyUsesUpAnothersRate() throws Exception {
        restart(limits(new Rates(OptionalLong.of(5), OptionalLong.of(1_000_000)), Budget.NONE));
        for (Client who : List.of(world.a1, world.beta, world.longer)) {
            for (String left : List.of("4", "3")) {
                Wire.Answer answer = ask(who, Door.CHAT, "first of " + who.name());
                assertEquals(200, answer.status(), answer.text());
                assertEquals(
                        Optional.of(left), answer.head().header("x-ratelimit-remaining-requests"));
            }
            Wire.Answer refused = exhaust(who, Door.EMBEDDING);
            assertTrue(refused.text().contains("of tenant " + who.tenant() + " is"));
        }
    }

    @Test
    void nobodyUsesUpAnothersTokens() throws Exception {
        restart(limits(new Rates(OptionalLong.empty(), OptionalLong.of(700)), Budget.NONE));
        for (Client who : List.of(world.a1, world.beta, world.longer)) {
            assertEquals(200, ask(who, Door.MESSAGES, "first").status(), who.name());
            exhaust(who, Door.CHAT);
        }
    }

    @Test
    void nobodyUsesUpAnotherKeysRate() throws Exception {
        var keys = new ArrayList<Client>();
        for (int i = 0; i < 3; i++) {
            keys.add(world.create("limited" + i, "acme", ",\"requests_per_minute\":5"));
        }
        for (Client who : keys) {
            Wire.Answer answer = ask(who, Door.CHAT, "one key's");
            assertEquals(Optional.of("4"), answer.head().header("x-ratelimit-remaining-requests"));
            exhaust(who, Door.CHAT);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CHAT", "MESSAGES_STREAM", "EMBEDDING"})
    void nobodySpendsAnothersMoney(Door door) throws Exception {
        restart(limits(Rates.NONE, new Budget(OptionalDouble.of(1.3), OptionalDouble.empty())));
        for (Client who : List.of(world.a1, world.beta, world.longer)) {
            Wire.Answer first = ask(who, door, "first of " + who.name());
            assertEquals(200, first.status(), first.text());
            Wire.Answer refused = exhaustMoney(who, door);
            assertTrue(refused.text().contains("of tenant " + who.tenant() + ","));
        }
        assertEquals(429, ask(world.a2, door, "of the same tenant" + LONG).status());
    }

    private Wire.Answer exhaustMoney(Client who, Door door) throws Exception {
        for (int i = 0; i < 200; i++) {
            Wire.Answer answer = ask(who, door, who.name() + i + LONG);
            if (answer.status() == 429) {
                return answer;
            }
        }
        throw new AssertionError("never refused");
    }

    @Test
    void nobodySpendsAnotherKeysMoney() throws Exception {
        for (int i = 0; i < 3; i++) {
            Client who = world.create("poor" + i, "acme", ",\"budget_day\":1.3");
            assertEquals(200, ask(who, Door.CHAT, "poor " + i).status());
            Wire.Answer refused = exhaust(who, Door.CHAT);
            assertTrue(refused.text().contains("of key " + who.id()), refused.text());
        }
    }
}
