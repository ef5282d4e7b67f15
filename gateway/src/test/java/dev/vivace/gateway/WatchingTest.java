package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.Config;
import dev.vivace.config.ModelRoute;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.key.Budget;
import dev.vivace.key.Purse;
import dev.vivace.key.SpendingGlance;
import dev.vivace.ledger.Price;
import dev.vivace.limit.Rates;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What somebody on call sees of a gateway in trouble. */
@Timeout(60)
final class WatchingTest {
    private static final String ADMIN = "x-vivace-admin-key: root-of-all";
    private static final BreakerOptions TOUCHY =
            new BreakerOptions(true, Duration.ofSeconds(10), 1, 0.5, Duration.ofMinutes(10), 1);

    @TempDir Path data;

    private static JsonNode json(Gateway gateway, String path) throws Exception {
        Wire.Answer answer = Wire.get(gateway.address(), path, ADMIN);
        assertEquals(200, answer.status(), answer.text());
        return JsonMapper.shared().readTree(answer.text());
    }

    private static String metrics(Gateway gateway) throws Exception {
        return Wire.get(gateway.address(), "/metrics").text();
    }

    private static JsonNode named(JsonNode list, String name) {
        return list.valueStream()
                .filter(each -> each.path("name").asString("").equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static JsonNode feature(Gateway gateway, String name) throws Exception {
        return named(json(gateway, "/admin/features").path("features"), name);
    }

    private static void assertHas(String metrics, String... samples) {
        for (String sample : samples) {
            assertTrue(metrics.contains(sample + "\n"), sample + " in " + metrics);
        }
    }

    @Test
    void anUpstreamThatIsLeftAloneIsSeenEverywhereAndTheGatewayStaysReady() throws Exception {
        try (var upstream = Upstream.start((call, reply) -> reply.json(500, "{}"));
                var gateway =
                        Gateway.start(
                                Gateways.config(upstream.url()).toBuilder()
                                        .retries(Gateways.NEVER_AGAIN)
                                        .breaker(TOUCHY)
                                        .build())) {
            assertFalse(json(gateway, "/admin/features").toString().contains("\"open 1\""));
            assertHas(
                    metrics(gateway),
                    "vivace_upstream_breaker{upstream=\"default\",state=\"closed\"} 1",
                    "vivace_upstream_breaker{upstream=\"default\",state=\"open\"} 0");
            assertEquals(500, Wire.ask(gateway.address(), Chat.PATH, Chat.ask("fails")).status());
            assertEquals(
                    503, Wire.ask(gateway.address(), Chat.PATH, Chat.ask("left alone")).status());

            String seen = metrics(gateway);
            assertHas(
                    seen,
                    "vivace_upstream_breaker{upstream=\"default\",state=\"closed\"} 0",
                    "vivace_upstream_breaker{upstream=\"default\",state=\"open\"} 1",
                    "vivace_upstream_in_flight{upstream=\"default\"} 0",
                    "vivace_stage_total{stage=\"breaker\",outcome=\"open\"} 1");
            assertFalse(seen.contains("vivace_upstream_concurrency_limit{"), "nothing limits it");
            JsonNode page = json(gateway, "/admin/upstreams").path("upstreams").path(0);
            assertEquals("open", page.path("breaker").asString(""));
            assertTrue(page.path("problem").asString("").contains("left alone"), page.toString());
            JsonNode ready = json(gateway, "/readyz");
            assertEquals("degraded", ready.path("status").asString(""));
            assertTrue(
                    ready.path("checks")
                            .path("upstream default")
                            .asString("")
                            .contains("left alone"));
            JsonNode breaker = feature(gateway, "breaker");
            assertTrue(breaker.path("on").asBoolean(false));
            assertEquals(1, breaker.path("ran").asInt(0));
        }
    }

    /** Too few calls for any breaker, and another upstream answers them. */
    @Test
    void anUpstreamThatHardlyAnybodyAsksIsSeenToFail() throws Exception {
        try (var broken = Upstream.start((call, reply) -> reply.json(500, "{}"));
                var works = Upstream.start(Chat::reply);
                var gateway =
                        Gateway.start(
                                Config.builder()
                                        .server(new Config.Server("127.0.0.1", 0))
                                        .upstreams(
                                                new LinkedHashMap<>(
                                                        Map.of(
                                                                "broken",
                                                                TwoUpstreams.upstream(
                                                                        broken, List.of("sk-1")),
                                                                "works",
                                                                TwoUpstreams.upstream(
                                                                        works, List.of("sk-2")))))
                                        .models(
                                                Map.of(
                                                        "m-1",
                                                        ModelRoute.of("broken/m-1", "works/m-1")))
                                        .retries(Gateways.NEVER_AGAIN)
                                        .build())) {
            String ok = "vivace_upstream_calls_total{upstream=\"works\",outcome=\"ok\"} ";
            String failed =
                    "vivace_upstream_calls_total{upstream=\"broken\",outcome=\"server-error\"} ";
            assertHas(metrics(gateway), ok + 0, failed + 0);
            for (int i = 0; i < 3; i++) {
                Wire.Answer answer = Wire.ask(gateway.address(), Chat.PATH, Chat.ask("turn " + i));
                assertEquals(200, answer.status(), answer.text());
            }
            assertHas(metrics(gateway), ok + 3, failed + 3);
            JsonNode upstreams = json(gateway, "/admin/upstreams").path("upstreams");
            JsonNode page = named(upstreams, "broken");
            assertEquals("closed", page.path("breaker").asString(""));
            assertEquals(3, page.path("calls").path("server-error").asInt(0), page.toString());
            assertEquals(3, page.path("failed_in_a_row").asInt(0), page.toString());
            assertEquals("server-error", page.path("last_failure").path("cause").asString(""));
            assertTrue(
                    page.path("last_failure").path("what").asString("").endsWith(" answered 500."),
                    page.toString());
            assertTrue(named(upstreams, "works").path("last_failure").isNull());
            JsonNode ready = json(gateway, "/readyz");
            assertEquals("degraded", ready.path("status").asString(""), ready.toString());
            JsonNode checks = ready.path("checks");
            assertTrue(
                    checks.path("upstream broken")
                            .asString("")
                            .startsWith("failed 3 times in a row; "),
                    ready.toString());
            assertEquals("ok", checks.path("upstream works").asString(""));
        }
    }

    /** Whoever may choose a model could otherwise make the gateway look ill. */
    @Test
    void aModelThatTheKeyMayNotUseIsNoFailureOfTheUpstream() throws Exception {
        try (var upstream = Upstream.start((call, reply) -> reply.json(403, "{}"));
                var gateway = Gateways.keyed(upstream.url(), Config.Protocol.OPENAI, "sk-1")) {
            for (int i = 0; i < 4; i++) {
                Wire.ask(gateway.address(), Chat.PATH, Chat.ask("turn " + i));
            }
            assertEquals("ok", json(gateway, "/readyz").path("status").asString(""));
            assertHas(
                    metrics(gateway),
                    "vivace_upstream_calls_total{upstream=\"main\",outcome=\"forbidden\"} 4");
        }
    }

    @Test
    void anUpstreamWhoseKeysAllRestIsDegraded() throws Exception {
        try (var upstream =
                Upstream.start((call, reply) -> reply.json(429, "{}", "retry-after: 50"))) {
            var upstreams = new LinkedHashMap<String, Config.Upstream>();
            upstreams.put(
                    "main",
                    new Config.Upstream(
                            upstream.url(),
                            Config.Protocol.OPENAI,
                            List.of("sk-1", "sk-2"),
                            1,
                            "",
                            Rates.NONE,
                            Optional.empty()));
            var config =
                    Gateways.config(upstream.url()).withUpstreams(upstreams).toBuilder()
                            .retries(Gateways.NEVER_AGAIN)
                            .build();
            try (var gateway = Gateway.start(config)) {
                Wire.ask(gateway.address(), Chat.PATH, Chat.ask("with one key"));
                assertEquals("ok", json(gateway, "/readyz").path("status").asString(""));
                assertHas(metrics(gateway), "vivace_upstream_resting_keys{upstream=\"main\"} 1");
                Wire.ask(gateway.address(), Chat.PATH, Chat.ask("with the other"));
                JsonNode checks = json(gateway, "/readyz").path("checks");
                String problem = checks.path("upstream main").asString("");
                assertTrue(problem.startsWith("has refused every key for now; "), problem);
                assertTrue(problem.endsWith(" answered 429."), problem);
                assertHas(metrics(gateway), "vivace_upstream_resting_keys{upstream=\"main\"} 2");
            }
        }
    }

    @Test
    void aFullQueueIsCounted() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway =
                        Gateway.start(
                                Gateways.config(upstream.url()).toBuilder()
                                        .concurrency(
                                                new ConcurrencyOptions(
                                                        ConcurrencyOptions.Mode.FIXED,
                                                        1,
                                                        0,
                                                        Duration.ofSeconds(1)))
                                        .build())) {
            upstream.script((call, reply) -> {
                // While this one is served there is no place for another.
                Wire.Answer other =
                        Wire.ask(gateway.address(), Chat.PATH, Chat.ask("one too many"));
                Chat.reply(call, reply);
                assertEquals(429, other.status());
            });
            assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, Chat.ask("first")).status());
            assertHas(
                    metrics(gateway),
                    "vivace_stage_total{stage=\"queue\",outcome=\"full\"} 1",
                    "vivace_upstream_concurrency_limit{upstream=\"default\"} 1");
            assertEquals(1, feature(gateway, "concurrency").path("ran").asInt(0));
        }
    }

    @Test
    void keysLimitsAndBudgetsSayWhatTheyDid() throws Exception {
        try (var upstream = Upstream.start(Chat::reply);
                var gateway =
                        Gateway.start(
                                Gateways.config(upstream.url()).toBuilder()
                                        .data(Optional.of(data))
                                        .prices(Map.of("m-1", new Price(1000, 1000, 1000)))
                                        .build(),
                                Optional.of("root-of-all"))) {
            assertFalse(feature(gateway, "client-keys").path("on").asBoolean(true));
            JsonNode key =
                    JsonMapper.shared()
                            .readTree(
                                    Wire.ask(
                                                    gateway.address(),
                                                    KeyDoor.PATH,
                                                    "{\"tenant\":\"acme\",\"requests_per_minute\":2,\"budget_day\":5}",
                                                    ADMIN)
                                            .text());
            String secret = "x-api-key: " + key.path("secret").asString("");
            List<Integer> statuses =
                    List.of(
                            ask(gateway, "paid", secret),
                            ask(gateway, "paid as well", secret),
                            ask(gateway, "one too many", secret),
                            ask(gateway, "nobody's", "x-api-key: vv-nobody"));
            assertEquals(List.of(200, 200, 429, 401), statuses);

            assertHas(
                    metrics(gateway),
                    "vivace_stage_total{stage=\"rate-limit\",outcome=\"within\"} 2",
                    "vivace_stage_total{stage=\"rate-limit\",outcome=\"over\"} 1",
                    "vivace_stage_total{stage=\"budget\",outcome=\"within\"} 2",
                    "vivace_stage_total{stage=\"client-key\",outcome=\"refused\"} 1");
            assertFalse(metrics(gateway).contains("acme"), "a tenant is nobody's label");
            assertEquals(3, feature(gateway, "rate-limits").path("ran").asInt(0));
            assertEquals(2, feature(gateway, "budgets").path("ran").asInt(0));
            JsonNode keys = feature(gateway, "client-keys");
            assertTrue(keys.path("on").asBoolean(false));
            assertEquals(4, keys.path("ran").asInt(0));

            JsonNode spending = json(gateway, "/admin/spending");
            double cost = 2 * 30 * 1000 / 1e6;
            JsonNode tenant = spending.path("tenants").path(0);
            assertEquals("acme", tenant.path("tenant").asString(""));
            assertEquals(cost, tenant.path("spent_today_usd").asDouble(0), 1e-9);
            assertTrue(tenant.path("budget_day_usd").isNull());
            JsonNode own = spending.path("keys").path(0);
            assertEquals(cost, own.path("spent_month_usd").asDouble(0), 1e-9);
            assertEquals(5, own.path("budget_day_usd").asDouble(0));
            assertEquals(401, Wire.get(gateway.address(), "/admin/spending").status());

            var glance = SpendingGlance.at(data, Clock.systemUTC());
            Purse purse = Purse.ofKey(key.path("id").asString(""), Budget.NONE);
            assertEquals(cost, glance.spent(purse).day(), 1e-9, "beside whoever has the file");
        }
    }

    private static int ask(Gateway gateway, String question, String header) throws Exception {
        return Wire.ask(gateway.address(), Chat.PATH, Chat.ask(question), header).status();
    }

    @Test
    void aFallbackIsOnWhereAModelHasTwoTargets() throws Exception {
        try (var broken = Upstream.start((call, reply) -> reply.json(503, "{}"));
                var sound = Upstream.start(Chat::reply)) {
            var upstreams = new LinkedHashMap<String, Config.Upstream>();
            for (var each : Map.of("a", broken, "b", sound).entrySet()) {
                upstreams.put(
                        each.getKey(),
                        new Config.Upstream(
                                each.getValue().url(), Config.Protocol.OPENAI, Optional.empty()));
            }
            var config =
                    Gateways.config(broken.url()).withUpstreams(upstreams).toBuilder()
                            .retries(Gateways.NEVER_AGAIN)
                            .models(
                                    Map.of(
                                            "m-1",
                                            dev.vivace.config.ModelRoute.of("a/m-1", "b/m-1")))
                            .build();
            try (var gateway = Gateway.start(config)) {
                assertEquals(200, Wire.ask(gateway.address(), Chat.PATH, Chat.ask("on")).status());
                JsonNode fallback = feature(gateway, "fallback");
                assertTrue(fallback.path("on").asBoolean(false));
                assertEquals(1, fallback.path("ran").asInt(0), fallback.toString());
                assertHas(
                        metrics(gateway),
                        "vivace_stage_total{stage=\"fallback\",outcome=\"overloaded\"} 1");
                assertFalse(feature(gateway, "retry").path("on").asBoolean(true));
            }
        }
    }
}
