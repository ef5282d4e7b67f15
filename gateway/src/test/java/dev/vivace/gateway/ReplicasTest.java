package dev.vivace.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.ledger.Price;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** Two gateways that share a Redis, which is a real one and may be killed. */
@Timeout(120)
final class ReplicasTest {
    private static final String ADMIN = "x-vivace-admin-key: root-of-all";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final String ALL = "{\"all\":true}";

    private RealRedis redis;
    private Upstream upstream;
    private Gateway one;
    private Gateway other;

    @BeforeEach
    void start() throws Exception {
        redis = new RealRedis().startUsed();
        upstream = Upstream.start(ReplicasTest::reply);
        one = replica();
        other = replica();
        until(this::sharing);
    }

    private static void reply(Upstream.Call call, Upstream.Reply reply) throws Exception {
        if (!call.text().contains("\"input\"")) {
            Chat.reply(call, reply);
            return;
        }
        int inputs = JsonMapper.shared().readTree(call.body()).path("input").size();
        var data = new ArrayList<String>();
        for (int i = 0; i < inputs; i++) {
            data.add("{\"index\":" + i + ",\"embedding\":[" + i + ".5]}");
        }
        reply.json(
                200,
                "{\"object\":\"list\",\"data\":["
                        + String.join(",", data)
                        + "],\"model\":\"e\",\"usage\":{\"prompt_tokens\":"
                        + inputs
                        + "}}");
    }

    private Gateway replica() {
        return Gateway.start(
                redis.sharing(Gateways.config(upstream.url())).toBuilder()
                        .prices(Map.of("m-1", new Price(1_000, 500, 2_000)))
                        .build(),
                Optional.of("root-of-all"));
    }

    @AfterEach
    void stop() throws Exception {
        one.close();
        other.close();
        redis.close();
        upstream.close();
    }

    /** Whether what one stores is at hand for the other. */
    private boolean sharing() throws Exception {
        String question = "sharing " + System.nanoTime();
        return chat(one, question).status() == 200 && chat(other, question).cache().equals("HIT");
    }

    private static void until(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            assertTrue(System.nanoTime() < deadline, "it never came to that");
        }
    }

    private static Wire.Answer chat(Gateway gateway, String question, String... headers)
            throws Exception {
        return Wire.ask(gateway.address(), Chat.PATH, Chat.ask(question), headers);
    }

    private static String field(String json, String name) {
        Matcher found = Pattern.compile("\"" + name + "\":\"([^\"]*)\"").matcher(json);
        assertTrue(found.find(), name + " in " + json);
        return found.group(1);
    }

    @Test
    void whatOneHasStoredTheOtherHasAtHand() throws Exception {
        Wire.Answer first = chat(one, "shared");
        assertEquals("MISS", first.cache());
        until(() -> chat(other, "shared").cache().equals("HIT"));
        assertEquals(first.text(), chat(other, "shared").text());
        assertEquals("HIT", Wire.ask(other.address(), Chat.PATH, Chat.stream("shared")).cache());
    }

    @Test
    void vectorsThatOneHasStoredTheOtherHasAtHand() throws Exception {
        String first = "{\"model\":\"e\",\"input\":[\"a\",\"b\"]}";
        Wire.Answer bought = Wire.ask(one.address(), "/v1/embeddings", first);
        assertEquals("MISS", bought.cache());
        String peek = "Cache-Control: only-if-cached";
        until(() -> Wire.ask(other.address(), "/v1/embeddings", first, peek).status() == 200);
        Wire.Answer hit = Wire.ask(other.address(), "/v1/embeddings", first);
        assertEquals("HIT", hit.cache());
        upstream.forget();
        String more = "{\"model\":\"e\",\"input\":[\"a\",\"c\",\"b\"]}";
        try (Gateway third = replica()) {
            assertEquals("MISS", Wire.ask(third.address(), "/v1/embeddings", more).cache());
            assertTrue(upstream.calls().getFirst().text().contains("[\"c\"]"));
            Wire.Answer features = Wire.get(third.address(), "/admin/features", ADMIN);
            assertTrue(
                    features.text().contains("\"name\":\"second-level\",\"on\":true,\"ran\":1"),
                    features.text());
        }
    }

    @Test
    void metricsSayWhetherRedisIsThere() throws Exception {
        until(() -> metrics().contains("vivace_redis_up 1"));
        redis.stop();
        until(() -> metrics().contains("vivace_redis_up 0"));
        chat(one, "while it is gone");
        assertTrue(
                metrics()
                        .lines()
                        .anyMatch(line -> line.matches("vivace_redis_failures_total [1-9].*")),
                metrics());
        redis.start();
        until(() -> metrics().contains("vivace_redis_up 1"));
    }

    private String metrics() throws Exception {
        return Wire.get(one.address(), "/metrics").text();
    }

    @Test
    void whatOneForgetsTheOtherForgets() throws Exception {
        chat(one, "to be forgotten");
        until(() -> chat(other, "to be forgotten").cache().equals("HIT"));
        Wire.Answer forgot = Wire.ask(one.address(), "/admin/cache/invalidate", ALL, ADMIN);
        assertEquals(200, forgot.status(), forgot.text());
        // Counted by the upstream: a hit of either would be the old answer.
        until(() -> {
            upstream.forget();
            chat(other, "to be forgotten");
            return upstream.calls().size() == 1;
        });
    }

    @Test
    void aKeyIsKnownToAllAndSoIsItsEnd() throws Exception {
        Wire.Answer made = Wire.ask(one.address(), KeyDoor.PATH, "{\"tenant\":\"acme\"}", ADMIN);
        assertEquals(201, made.status(), made.text());
        String bearer = "Authorization: Bearer " + field(made.text(), "secret");
        until(() -> chat(other, "without").status() == 401);
        assertEquals(200, chat(other, "with", bearer).status());
        try (var wire = new Wire(other.address())) {
            String path = KeyDoor.PATH + "/" + field(made.text(), "id");
            assertEquals(200, wire.request("DELETE", path, new byte[0], ADMIN).answer().status());
        }
        until(() -> chat(one, "with", bearer).status() == 401);
    }

    @Test
    void aRateHoldsForAllTogether() throws Exception {
        Wire.Answer made =
                Wire.ask(
                        one.address(),
                        KeyDoor.PATH,
                        "{\"tenant\":\"acme\",\"requests_per_minute\":10}",
                        ADMIN);
        String bearer = "Authorization: Bearer " + field(made.text(), "secret");
        until(() -> chat(other, "without").status() == 401);
        long begun = System.nanoTime();
        int let = 0;
        for (int i = 0; i < 40; i++) {
            let += chat(i % 2 == 0 ? one : other, "call " + i, bearer).status() == 200 ? 1 : 0;
        }
        long refilled = 1 + (System.nanoTime() - begun) / TimeUnit.SECONDS.toNanos(6);
        assertTrue(let >= 10 && let <= 10 + refilled, let + " of 40 calls went through");
        String features = Wire.get(one.address(), "/admin/features", ADMIN).text();
        assertTrue(
                features.matches("(?s).*\"shared-limits\",\"on\":true,\"ran\":[1-9].*"), features);
    }

    @Test
    void aBudgetHoldsForAllTogether() throws Exception {
        Wire.Answer made =
                Wire.ask(
                        one.address(),
                        KeyDoor.PATH,
                        "{\"tenant\":\"acme\",\"budget_day\":1.2}",
                        ADMIN);
        String bearer = "Authorization: Bearer " + field(made.text(), "secret");
        until(() -> chat(other, "without").status() == 401);
        int let = 0;
        while (chat(one, "call " + let, bearer).status() == 200) {
            let++;
        }
        assertTrue(let > 0);
        String spent = Wire.get(one.address(), "/admin/spending", ADMIN).text();
        until(() -> Wire.get(other.address(), "/admin/spending", ADMIN).text().equals(spent));
        Wire.Answer refused = chat(other, "one more", bearer);
        assertEquals(429, refused.status());
        assertTrue(refused.text().contains("budget"), refused.text());
    }

    /** The whole point: Redis is a help and no condition. */
    @Test
    void redisMayBeKilledAndComeBackUnderLoad() throws Exception {
        var stop = new AtomicBoolean();
        var answered = new AtomicInteger();
        var begun = new CountDownLatch(200);
        var clients = new ArrayList<Future<List<String>>>();
        try (var threads = Executors.newFixedThreadPool(8)) {
            for (int c = 0; c < 8; c++) {
                int client = c;
                clients.add(threads.submit(() -> load(client, stop, answered, begun)));
            }
            try {
                assertTrue(begun.await(60, TimeUnit.SECONDS));
                redis.stop();
                await(answered, 300);
                redis.start();
                await(answered, 300);
                until(this::sharing); // again, without anybody's doing
            } finally {
                stop.set(true);
            }
            for (Future<List<String>> each : clients) {
                assertEquals(List.of(), each.get(60, TimeUnit.SECONDS));
            }
        }
    }

    private List<String> load(
            int client, AtomicBoolean stop, AtomicInteger answered, CountDownLatch begun) {
        var failed = new ArrayList<String>();
        for (int i = 0; !stop.get() && failed.size() < 5; i++) {
            Gateway gateway = (client + i) % 2 == 0 ? one : other;
            String question = "load " + client % 4 + " " + i % 50;
            try {
                Wire.Answer answer =
                        i % 3 == 0
                                ? Wire.ask(gateway.address(), Chat.PATH, Chat.stream(question))
                                : chat(gateway, question);
                if (answer.status() != 200 || !answer.whole()) {
                    failed.add(answer.status() + " " + answer.text());
                }
            } catch (Exception e) {
                failed.add(e.toString());
            }
            answered.incrementAndGet();
            begun.countDown();
        }
        return failed;
    }

    private static void await(AtomicInteger answered, int more) throws Exception {
        int from = answered.get();
        until(() -> {
            Thread.onSpinWait();
            return answered.get() >= from + more;
        });
    }
}
