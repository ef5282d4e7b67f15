package dev.vivace.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.config.ModelRoute;
import dev.vivace.deliver.Balance;
import dev.vivace.deliver.BreakerOptions;
import dev.vivace.deliver.ConcurrencyOptions;
import dev.vivace.deliver.RetryOptions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Two upstreams that have the same model, and what the gateway makes of their failures. */
@Timeout(60)
final class DispatchTest extends TwoUpstreams {

    // ---- again

    @Test
    void anUpstreamThatAsksForTimeGetsIt() throws Exception {
        first.script((call, reply) -> {
            if (call.text().contains("early") && asked("early") == 1) {
                reply.json(503, BROKEN, "Retry-After: 1");
            } else {
                reply.json(200, HERE);
            }
        });
        try (var gateway = alone(with -> with.retries(retries(3, 10, Duration.ofMillis(1))))) {
            var early = ask(gateway, Chat.ask("early"));
            first.await(1);
            for (int i = 0; i < 20; i++) {
                assertEquals(200, ask(gateway, Chat.ask("meanwhile " + i)).get().status());
            }
            assertEquals(200, early.get().status());
        }
        List<Upstream.Call> calls = first.calls();
        assertTrue(calls.getFirst().text().contains("early"));
        assertTrue(calls.getLast().text().contains("early"), "the second time comes last");
        assertEquals(22, calls.size());
    }

    @Test
    void anUpstreamThatAsksForMoreTimeThanThereIsIsNotAskedAgain() throws Exception {
        first.script((call, reply) -> reply.json(503, BROKEN, "Retry-After: 3600"));
        try (var gateway = alone(with -> with.retries(retries(3, 10, Duration.ofMillis(1))))) {
            Wire.Answer answer = ask(gateway, Chat.ask("once")).get();
            assertEquals(503, answer.status());
            assertEquals(Optional.of("3600"), answer.head().header("retry-after"));
            assertEquals(BROKEN, answer.text());
        }
        assertEquals(1, first.calls().size());
    }

    @Test
    void retriesEndWithTheBudget() throws Exception {
        first.script((call, reply) -> reply.json(500, BROKEN));
        try (var gateway = alone(with -> with.retries(retries(10, 4, Duration.ofMillis(1))))) {
            for (int i = 0; i < 3; i++) {
                assertEquals(500, ask(gateway, Chat.ask("budget " + i)).get().status());
            }
        }
        assertEquals(3 + 4, first.calls().size());
    }

    @Test
    void callsThatNeverLeftEarnNoBudget() throws Exception {
        first.script((call, reply) -> reply.json(500, BROKEN));
        var breaker =
                new BreakerOptions(true, Duration.ofMinutes(1), 2, 1, Duration.ofMillis(500), 1);
        var retries = new RetryOptions(3, 0.1, 0, Duration.ofMillis(1), Duration.ZERO, false);
        try (var gateway = alone(with -> with.retries(retries).breaker(breaker))) {
            int refused = 0;
            for (int i = 0; refused < 20; i++) {
                refused += ask(gateway, Chat.ask("fails " + i)).get().status() == 503 ? 1 : 0;
            }
            first.script(Chat::reply);
            for (int i = 0; ask(gateway, Chat.ask("probe " + i)).get().status() != 200; i++) {}
            int sent = first.calls().size();
            assertTrue(sent < 10, sent + " were sent, and earn a retry");
            first.script((call, reply) -> reply.json(500, BROKEN));
            assertEquals(500, ask(gateway, Chat.ask("fails once")).get().status());
            assertEquals(sent + 1, first.calls().size());
        }
    }

    // ---- elsewhere

    @ParameterizedTest
    @CsvSource({"429", "500", "503", "529"})
    void theOtherHasTheSameModel(int status) throws Exception {
        first.script((call, reply) -> reply.json(status, BROKEN));
        try (var gateway = both(with -> with.retries(Gateways.NEVER_AGAIN))) {
            Wire.Answer answer = ask(gateway, Chat.ask("fallback")).get();
            assertEquals(200, answer.status());
            assertEquals(HERE, answer.text());
            assertEquals(Optional.of("2"), answer.head().header("x-vivace-attempts"));
            assertEquals(Optional.of("second"), answer.head().header("x-vivace-upstream"));
        }
        assertEquals(first.only().text(), second.only().text());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "data: {\"id\": \"chatcm\n\n",
                "data: {\"choices\":[]}\n\ndata: {\"id\": \"chatcm\n\n",
                "data: {\"error\":{\"message\":\"down\"}}\n\n"
            })
    void aStreamThatIsNoneIsReplaced(String events) throws Exception {
        first.script((call, reply) -> reply.full(200, "text/event-stream", events.getBytes(UTF_8)));
        second.script(Chat::reply);
        try (var gateway = both(with -> with.retries(Gateways.NEVER_AGAIN))) {
            Wire.Answer answer = ask(gateway, Chat.stream("none")).get();
            assertEquals(200, answer.status());
            assertTrue(answer.whole());
            assertEquals(
                    String.join("", Chat.events(false, "stop", "A quiet", " answer.")),
                    answer.text());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>busy</html>", "{\"id\":\"chatcmpl-1\",\"cho", ""})
    void anAnswerThatIsNoneIsAClearErrorWhereNobodyElseIs(String body) throws Exception {
        first.script((call, reply) -> reply.json(200, body));
        try (var gateway = alone(with -> with.retries(Gateways.NEVER_AGAIN))) {
            for (String ask : List.of(Chat.ask("none"), Chat.ask("none again"))) {
                Wire.Answer answer = ask(gateway, ask).get();
                assertEquals(502, answer.status(), answer.text());
                assertTrue(answer.text().contains("no answer of its protocol"), answer.text());
            }
        }
    }

    @Test
    void aPromptThatIsTooLongGoesToTheLarger() throws Exception {
        String tooLong =
                "{\"error\":{\"message\":\"This model's maximum context length is 9 tokens.\",\"code\":\"context_length_exceeded\"}}";
        first.script((call, reply) -> reply.json(400, tooLong));
        var larger =
                new ModelRoute(List.of("first/m-1"), Balance.ORDER, Optional.of("second/m-large"));
        try (var gateway =
                both(with -> with.retries(Gateways.NEVER_AGAIN).models(Map.of("m-1", larger)))) {
            Wire.Answer answer = ask(gateway, Chat.ask("a long story")).get();
            assertEquals(HERE, answer.text());
            assertTrue(second.only().text().contains("\"m-large\""), second.only().text());
            first.script((call, reply) -> reply.json(400, BROKEN));
            assertEquals(BROKEN, ask(gateway, Chat.ask("another fault")).get().text());
        }
        assertEquals(1, second.calls().size(), "only for its length");
        assertEquals(2, first.calls().size());
    }

    // ---- both

    @Test
    void theSecondAnswersWhereTheFirstIsLate() throws Exception {
        var hungUp = new CountDownLatch(1);
        var retries = new RetryOptions(3, 0, 1, Duration.ofMillis(1), Duration.ZERO, true);
        try (var gateway = both(with -> with.retries(retries))) {
            beQuick(gateway);
            first.script((call, reply) -> {
                reply.awaitClosed();
                hungUp.countDown();
            });
            assertEquals(HERE, ask(gateway, Chat.ask("late")).get().text());
            assertTrue(hungUp.await(20, TimeUnit.SECONDS), "who is not needed is told so");
            assertEquals(1, second.calls().size());
        }
    }

    @Test
    void withoutBudgetNobodyIsAskedBeside() throws Exception {
        var released = new CountDownLatch(1);
        var retries = new RetryOptions(3, 0, 0, Duration.ofMillis(1), Duration.ZERO, true);
        try (var gateway = both(with -> with.retries(retries))) {
            beQuick(gateway);
            first.script((call, reply) -> {
                if (call.text().contains("late")) {
                    released.await();
                }
                reply.json(200, HERE);
            });
            var late = ask(gateway, Chat.ask("late"));
            // Each of them takes about as long as the first may before it is late.
            for (int i = 0; i < 200; i++) {
                assertEquals(200, ask(gateway, Chat.ask("meanwhile " + i)).get().status());
            }
            released.countDown();
            assertEquals(200, late.get().status());
        }
        assertEquals(0, second.calls().size());
    }

    private void beQuick(Gateway gateway) throws Exception {
        for (int i = 0; i < 20; i++) {
            assertEquals(200, ask(gateway, Chat.ask("quick " + i)).get().status());
        }
        assertEquals(0, second.calls().size(), "with fewer nobody knows what late is");
    }

    // ---- keys

    @ParameterizedTest
    @CsvSource({"401", "429"})
    void aKeyThatIsRefusedRestsAndAnotherTakesItsPlace(int status) throws Exception {
        first.script((call, reply) -> {
            if (call.header("authorization").orElse("").endsWith("k-bad")) {
                reply.json(status, BROKEN, "Retry-After: 60");
            } else {
                reply.json(200, HERE);
            }
        });
        var keys = upstreams(List.of("k-bad", "k-good"), false);
        try (var gateway = alone(with -> with.upstreams(keys))) {
            for (int i = 0; i < 6; i++) {
                assertEquals(200, ask(gateway, Chat.ask("key " + i)).get().status());
            }
        }
        List<String> used =
                first.calls().stream()
                        .map(call -> call.header("authorization").orElse(""))
                        .toList();
        assertEquals(7, used.size());
        assertEquals(1, used.stream().filter(key -> key.endsWith("k-bad")).count(), "" + used);
    }

    @Test
    void theLastKeyNeverRestsForBeingRefused() throws Exception {
        first.script((call, reply) -> reply.json(401, BROKEN));
        var keys = upstreams(List.of("k-1", "k-2"), false);
        try (var gateway = alone(with -> with.upstreams(keys))) {
            for (int i = 0; i < 2; i++) {
                Wire.Answer answer = ask(gateway, Chat.ask("refused " + i)).get();
                assertEquals(401, answer.status());
                assertEquals(BROKEN, answer.text());
            }
            first.script((call, reply) -> reply.json(200, HERE));
            assertEquals(200, ask(gateway, Chat.ask("mended")).get().status());
        }
        List<String> used =
                first.calls().stream()
                        .map(call -> call.header("authorization").orElse(""))
                        .toList();
        assertEquals(1, used.stream().filter(key -> key.endsWith("k-1")).count(), "" + used);
    }

    @Test
    void aKeyThatFailsIsLeftAloneAndTheOtherIsInUse() throws Exception {
        first.script((call, reply) -> {
            boolean bad = call.header("authorization").orElse("").endsWith("k-bad");
            reply.json(bad ? 500 : 200, bad ? BROKEN : HERE);
        });
        var breaker =
                new BreakerOptions(true, Duration.ofMinutes(1), 4, 0.9, Duration.ofMinutes(5), 1);
        var keys = upstreams(List.of("k-bad", "k-good"), false);
        try (var gateway =
                alone(with ->
                        with.upstreams(keys).retries(Gateways.NEVER_AGAIN).breaker(breaker))) {
            for (int i = 0; i < 8; i++) {
                assertEquals(
                        i % 2 == 0 ? 500 : 200, ask(gateway, Chat.ask("turn " + i)).get().status());
            }
            for (int i = 0; i < 8; i++) {
                assertEquals(200, ask(gateway, Chat.ask("good " + i)).get().status());
            }
            String page = Wire.get(gateway.address(), "/admin/upstreams").text();
            assertTrue(page.contains("\"key_breakers\":[\"open\",\"closed\"]"), page);
            assertTrue(page.contains("\"breaker\":\"closed\""), page);
        }
    }

    /** Half of all calls fail, which would be enough to close an upstream with one key. */
    @Test
    void aKeyThatFailsClosesNoUpstreamAndAllOfThemDo() throws Exception {
        first.script((call, reply) -> {
            boolean bad = call.header("authorization").orElse("").endsWith("k-bad");
            reply.json(bad ? 500 : 200, bad ? BROKEN : HERE);
        });
        var breaker =
                new BreakerOptions(true, Duration.ofMinutes(1), 8, 0.5, Duration.ofMinutes(5), 1);
        var keys = upstreams(List.of("k-bad", "k-good"), false);
        try (var gateway =
                alone(with ->
                        with.upstreams(keys).retries(Gateways.NEVER_AGAIN).breaker(breaker))) {
            for (int i = 0; i < 10; i++) {
                assertEquals(
                        i % 2 == 0 ? 500 : 200, ask(gateway, Chat.ask("turn " + i)).get().status());
            }
            for (int i = 0; i < 8; i++) {
                assertEquals(200, ask(gateway, Chat.ask("good " + i)).get().status());
            }
            first.script((call, reply) -> reply.json(500, BROKEN));
            int failed = 0;
            Wire.Answer answer = ask(gateway, Chat.ask("fails 0")).get();
            while (answer.status() == 500 && failed < 100) {
                failed++;
                answer = ask(gateway, Chat.ask("fails " + failed)).get();
            }
            assertEquals(503, answer.status(), answer.text());
            int after = Integer.parseInt(answer.head().header("retry-after").orElseThrow());
            assertTrue(after > 200 && after <= 300, "as soon as a key is tried again: " + after);
            String page = Wire.get(gateway.address(), "/admin/upstreams").text();
            assertTrue(page.contains("\"breaker\":\"open\""), page);
        }
    }

    @Test
    void configuredModelsAreListedAndAllElseIsForTheFirst() throws Exception {
        first.script((call, reply) -> reply.json(200, "{\"of\":\"the first\"}"));
        try (var gateway = both(with -> with)) {
            String list = Wire.get(gateway.address(), "/v1/models").text();
            assertTrue(list.startsWith("{\"object\":\"list\",\"data\":[{\"id\":\"m-1\","), list);
            String one = Wire.get(gateway.address(), "/v1/models/m-1").text();
            assertTrue(one.startsWith("{\"id\":\"m-1\","), one);
            assertEquals(List.of(), first.calls());
            String other = Wire.get(gateway.address(), "/v1/models/m-2").text();
            assertEquals("{\"of\":\"the first\"}", other);
        }
    }

    /** It begins with empty lines and ends with another, each of them read by itself. */
    @Test
    void whiteSpaceAroundAnAnswerIsNoFault() throws Exception {
        first.script((call, reply) -> {
            reply.begin("application/json");
            reply.chunk("\n");
            reply.chunk(HERE);
            reply.chunk("\n");
            reply.end();
        });
        try (var gateway = both(with -> with.retries(Gateways.NEVER_AGAIN))) {
            Wire.Answer answer = ask(gateway, Chat.ask("slow")).get();
            assertEquals("\n" + HERE + "\n", answer.text());
        }
        assertEquals(0, second.calls().size());
    }

    @Test
    void errorsSayNothingOfHowSoonAnswersBegin() throws Exception {
        first.script((call, reply) -> {
            boolean bad = call.text().contains("bad");
            if (bad) {
                reply.json(400, BROKEN);
            } else {
                Chat.reply(call, reply);
            }
        });
        try (var gateway = alone(with -> with.retries(Gateways.NEVER_AGAIN))) {
            for (int i = 0; i < 25; i++) {
                assertEquals(400, ask(gateway, Chat.ask("bad " + i)).get().status());
            }
            String page = Wire.get(gateway.address(), "/admin/upstreams").text();
            assertTrue(page.contains("\"first_byte_p95_us\":null"), page);
            for (int i = 0; i < 20; i++) {
                assertEquals(200, ask(gateway, Chat.ask("whole " + i)).get().status());
            }
            page = Wire.get(gateway.address(), "/admin/upstreams").text();
            assertTrue(page.contains("\"first_byte_p95_us\":null"), "whole times: " + page);
            for (int i = 0; i < 20; i++) {
                assertEquals(200, ask(gateway, Chat.stream("good " + i)).get().status());
            }
            page = Wire.get(gateway.address(), "/admin/upstreams").text();
            assertFalse(page.contains("\"first_byte_p95_us\":null"), page);
        }
    }

    // ---- not now

    @Test
    void anUpstreamThatFailsIsLeftAloneAndTriedAgain() throws Exception {
        first.script((call, reply) -> reply.json(500, BROKEN));
        var breaker =
                new BreakerOptions(true, Duration.ofSeconds(10), 4, 0.5, Duration.ofSeconds(2), 1);
        try (var gateway = alone(with -> with.retries(Gateways.NEVER_AGAIN).breaker(breaker))) {
            for (int i = 0; i < 4; i++) {
                assertEquals(500, ask(gateway, Chat.ask("fails " + i)).get().status());
            }
            Wire.Answer refused = ask(gateway, Chat.ask("refused")).get();
            assertEquals(503, refused.status());
            assertTrue(refused.text().contains("left alone"), refused.text());
            assertTrue(refused.head().header("retry-after").isPresent());
            assertEquals(4, first.calls().size());
            first.script(Chat::reply);
            // Until the time is over nothing gets through; then a probe, and everything.
            int asked = 0;
            while (ask(gateway, Chat.ask("probe " + asked)).get().status() != 200) {
                asked++;
            }
            for (int i = 0; i < 4; i++) {
                assertEquals(200, ask(gateway, Chat.ask("well " + i)).get().status());
            }
            assertEquals(4 + 1 + 4, first.calls().size());
        }
    }

    @Test
    void whoFindsTheQueueFullHearsSoAtOnceAndTheOthersGoByTheirPriority() throws Exception {
        var released = new CountDownLatch(1);
        first.script((call, reply) -> {
            released.await();
            reply.json(200, HERE);
        });
        var one =
                new ConcurrencyOptions(ConcurrencyOptions.Mode.FIXED, 1, 2, Duration.ofMinutes(10));
        try (var gateway = alone(with -> with.concurrency(one))) {
            var enters = ask(gateway, Chat.ask("enters"));
            first.await(1);
            var low = ask(gateway, Chat.ask("low"), "x-vivace-priority: low");
            Gateways.awaitInFlight(gateway, 2);
            var high = ask(gateway, Chat.ask("high"), "x-vivace-priority: high");
            Gateways.awaitInFlight(gateway, 3);
            Wire.Answer full = ask(gateway, Chat.ask("full")).get();
            assertEquals(429, full.status());
            assertTrue(full.head().header("retry-after").isPresent());
            assertFalse(enters.isDone() || low.isDone() || high.isDone());
            released.countDown();
            for (var waited : List.of(enters, low, high)) {
                assertEquals(200, waited.get().status());
            }
        }
        List<String> order = first.calls().stream().map(Upstream.Call::text).toList();
        assertEquals(3, order.size());
        assertTrue(order.get(1).contains("high") && order.get(2).contains("low"), "" + order);
    }

    // ---- too late

    @ParameterizedTest
    @ValueSource(strings = {Chat.PATH, "/v1/messages", "/v1/responses"})
    void afterTheFirstByteAnErrorEventOfTheProtocol(String path) throws Exception {
        String event = "event: x\ndata: {\"type\":\"x\"}\n\n";
        for (String way : List.of("cut", "reset", "garbage", "ends", "between")) {
            var seen = new CountDownLatch(1);
            first.script((call, reply) -> {
                reply.begin("text/event-stream");
                reply.chunk(event);
                seen.await();
                switch (way) {
                    case "cut" -> {
                        reply.chunk("data: {\"id\": \"cha");
                        reply.close();
                    }
                    case "reset" -> reply.reset();
                    case "garbage" -> {
                        reply.chunk("data: {\"id\": \"cha");
                        reply.chunk("tcm\n\n");
                        reply.awaitClosed();
                    }
                    case "ends" -> {
                        reply.chunk("data: {\"id\": \"cha");
                        reply.end();
                    }
                    default -> reply.end();
                }
            });
            try (var gateway = both(with -> with);
                    var wire = new Wire(gateway.address())) {
                wire.post(path, Chat.ask(way, "\"max_tokens\":9,\"stream\":true,"));
                Wire.Head head = wire.head();
                assertEquals(event, new String(wire.chunk(), UTF_8));
                seen.countDown();
                Wire.Answer rest = wire.rest(head);
                assertFalse(rest.whole());
                String begins =
                        switch (path) {
                            case Chat.PATH -> "data: {\"error\":{\"message\":\"The upstream first ";
                            case "/v1/messages" ->
                                    "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"api_error\",\"message\":\"The upstream first ";
                            default ->
                                    "event: error\ndata: {\"type\":\"error\",\"code\":null,\"message\":\"The upstream first ";
                        };
                assertTrue(rest.text().startsWith(begins), way + ": " + rest.text());
                assertTrue(rest.text().endsWith("}\n\n"), way + ": " + rest.text());
            }
        }
        assertEquals(0, second.calls().size(), "what was shown cannot be taken back");
    }

    /** With a dead twin in the chain a call must not fare worse than without one. */
    @Test
    void aTwinThatRestsDoesNotTakeTheRetryAway() throws Exception {
        first.script((call, reply) -> {
            if (call.text().contains("bad") || call.text().contains("once") && asked("once") == 1) {
                reply.json(500, BROKEN);
            } else {
                reply.json(200, HERE);
            }
        });
        second.script((call, reply) -> reply.json(500, BROKEN));
        var breaker =
                new BreakerOptions(true, Duration.ofMinutes(1), 2, 1, Duration.ofMinutes(5), 1);
        try (var gateway =
                both(with -> with.retries(retries(3, 10, Duration.ofMillis(1))).breaker(breaker))) {
            assertEquals(200, ask(gateway, Chat.ask("good")).get().status());
            ask(gateway, Chat.ask("bad")).get();
            int asked = second.calls().size();
            assertTrue(asked >= 2, "its breaker is open now");
            assertEquals(200, ask(gateway, Chat.ask("once")).get().status());
            assertEquals(asked, second.calls().size());
        }
    }

    private long asked(String what) {
        return first.calls().stream().filter(call -> call.text().contains(what)).count();
    }
}
