package dev.vivace.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.cache.CacheMode;
import dev.vivace.key.Allowance;
import dev.vivace.key.Budget;
import dev.vivace.key.Principal;
import dev.vivace.key.Priority;
import dev.vivace.key.Purse;
import dev.vivace.key.Spending;
import dev.vivace.key.VirtualKey;
import dev.vivace.ledger.Price;
import dev.vivace.limit.LocalBuckets;
import dev.vivace.limit.RateBuckets;
import dev.vivace.limit.Rates;
import dev.vivace.limit.Taken;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** A line with limits, with buckets that are here and with buckets that are elsewhere. */
class QuotaTest {
    private static final Lines.Asking BYPASSED =
            Lines.Asking.PLAIN.body("{'model':'m','messages':[]}");
    private static final double COST = (7 + 2 * 3) / 1e6;

    private final AtomicLong nanos = new AtomicLong();
    private final LocalBuckets local = new LocalBuckets(nanos::get);
    private final Spending spending =
            Spending.inMemory(() -> Instant.ofEpochMilli(1_700_000_000_000L), Optional.empty());
    private final Map<String, Allowance> tenants = new HashMap<>();

    /** Buckets whose answers come when the test lets them. */
    private final class Elsewhere implements RateBuckets {
        final ArrayDeque<Runnable> answers = new ArrayDeque<>();

        @Override
        public CompletionStage<Taken> take(String bucket, long perMinute, long amount) {
            var answer = new CompletableFuture<Taken>();
            answers.add(() -> local.take(bucket, perMinute, amount).thenAccept(answer::complete));
            return answer;
        }

        @Override
        public void settle(String bucket, long perMinute, long amount) {
            local.settle(bucket, perMinute, amount);
        }

        void answerAll() {
            for (Runnable next = answers.poll(); next != null; next = answers.poll()) {
                next.run();
            }
        }
    }

    private Lines lines(RateBuckets buckets) {
        return new Lines(
                CacheMode.DETERMINISTIC,
                Optional.of(
                        new Quota(
                                tenant -> tenants.getOrDefault(tenant, Allowance.NONE),
                                buckets,
                                spending,
                                model -> Optional.of(new Price(1, 0.5, 2)))));
    }

    private static Rates rates(long requests, long tokens) {
        return new Rates(
                requests == 0 ? OptionalLong.empty() : OptionalLong.of(requests),
                tokens == 0 ? OptionalLong.empty() : OptionalLong.of(tokens));
    }

    private static Budget day(double usd) {
        return new Budget(OptionalDouble.of(usd), OptionalDouble.empty());
    }

    private static Principal key(Rates rates, Budget budget) {
        return key("vk-1", rates, budget);
    }

    private static Principal key(String id, Rates rates, Budget budget) {
        var key =
                new VirtualKey(
                        id,
                        "hash",
                        "acme",
                        "",
                        Set.of(),
                        Set.of(),
                        rates,
                        budget,
                        Priority.NORMAL,
                        VirtualKey.Scope.TENANT,
                        0,
                        0);
        return new Principal("acme", Optional.of(key), Priority.NORMAL);
    }

    private static Decision ask(Lines lines, Lines.Asking asking, Principal who) {
        return lines.decide(lines.line, asking, who);
    }

    private static Decision.Deliver delivered(Decision decision) {
        var deliver = assertInstanceOf(Decision.Deliver.class, decision);
        Lines.answer(deliver.flight());
        deliver.reader().close();
        return deliver;
    }

    private static Decision.Refused refused(Decision decision) {
        var refused = assertInstanceOf(Decision.Refused.class, decision);
        assertEquals(429, refused.status());
        return refused;
    }

    private long left(String bucket, long perMinute) {
        var taken = local.take(bucket, perMinute, 1).toCompletableFuture().join();
        if (taken instanceof Taken.Granted granted) {
            local.settle(bucket, perMinute, 1);
            return granted.remaining() + 1;
        }
        return 0;
    }

    private double spent() {
        return spending.spent(Purse.ofKey("vk-1", Budget.NONE)).day();
    }

    @Test
    void withoutKeyNothingIsCounted() {
        Lines lines = lines(local);
        var deliver = delivered(lines.decide(BYPASSED));
        assertSame(Grant.NONE, deliver.flight().call().grant());
        assertEquals(0, spending.spent(Purse.ofTenant("t", Budget.NONE)).day());
    }

    @Test
    void keyWithoutLimitsSpends() {
        Lines lines = lines(local);
        delivered(ask(lines, BYPASSED, key(Rates.NONE, Budget.NONE)));
        assertEquals(COST, spent(), 1e-12);
        assertEquals(COST, spending.spent(Purse.ofTenant("acme", Budget.NONE)).month(), 1e-12);
    }

    @Test
    void requestsAreCountedWhateverComesOfThem() {
        Lines lines = lines(local);
        Principal who = key(rates(3, 0), Budget.NONE);
        delivered(ask(lines, Lines.Asking.PLAIN, who));
        assertInstanceOf(Decision.Answered.class, ask(lines, Lines.Asking.PLAIN, who));
        var unsound = assertInstanceOf(Decision.Refused.class, ask(lines, BYPASSED.body("{"), who));
        assertEquals(400, unsound.status());
        assertEquals(3, unsound.call().grant().requests().orElseThrow().limit());
        assertEquals(0, unsound.call().grant().requests().orElseThrow().remaining());
        Decision.Refused refused = refused(ask(lines, Lines.Asking.PLAIN, who));
        assertEquals(Decision.Refused.RATE_LIMIT, refused.code());
        assertEquals(Duration.ofSeconds(20), refused.retryAfter());
        assertEquals(
                "The limit of 3 requests a minute of key vk-1 is reached. Ask again in 20 s.",
                refused.message());
        nanos.addAndGet(refused.retryAfter().toNanos());
        assertInstanceOf(Decision.Answered.class, ask(lines, Lines.Asking.PLAIN, who));
    }

    /** As clients name them: what an alias leads to is the configuration's affair. */
    @Test
    void keyIsForTheModelsThatItNames() {
        Lines lines = lines(local);
        var key =
                new VirtualKey(
                        "vk-1",
                        "hash",
                        "acme",
                        "",
                        Set.of("fast"),
                        Set.of(),
                        Rates.NONE,
                        day(1),
                        Priority.NORMAL,
                        VirtualKey.Scope.TENANT,
                        0,
                        0);
        var who = new Principal("acme", Optional.of(key), Priority.NORMAL);
        var line = lines.line(Map.of("fast", "first/m"));
        Principal everything = key("vk-2", Rates.NONE, Budget.NONE);
        var asking = Lines.Asking.PLAIN;
        delivered(lines.decide(line, asking, everything));
        assertInstanceOf(Decision.Answered.class, lines.decide(line, asking, everything));
        var refused = assertInstanceOf(Decision.Refused.class, lines.decide(line, asking, who));
        assertEquals(403, refused.status());
        assertEquals(0, spending.spent(Purse.ofKey("vk-1", Budget.NONE)).day());
        var fast = asking.body(asking.body().replace("\"m\"", "\"fast\""));
        delivered(lines.decide(line, fast, who));
        assertEquals(COST, spending.spent(Purse.ofKey("vk-1", Budget.NONE)).day(), 1e-12);
    }

    /** Otherwise the provider could answer with a model that is not allowed, or is dearer. */
    @Test
    void whoIsBoundedNamesNoFurtherModels() {
        Lines lines = lines(local);
        var listed =
                new VirtualKey(
                        "vk-9",
                        "hash",
                        "acme",
                        "",
                        Set.of("m"),
                        Set.of(),
                        Rates.NONE,
                        Budget.NONE,
                        Priority.NORMAL,
                        VirtualKey.Scope.TENANT,
                        0,
                        0);
        for (String further :
                List.of(
                        "'models':['dear']",
                        "'fallbacks':['dear']",
                        "'context_window_fallbacks':[{'m':['dear']}]",
                        "'content_policy_fallbacks':[{'m':['dear']}]")) {
            Lines.Asking asking = BYPASSED.with(further);
            for (Principal bounded :
                    List.of(
                            new Principal("acme", Optional.of(listed), Priority.NORMAL),
                            key(rates(0, 10_000), Budget.NONE),
                            key(Rates.NONE, day(1)))) {
                var refused = assertInstanceOf(Decision.Refused.class, ask(lines, asking, bounded));
                assertEquals(403, refused.status());
                assertTrue(refused.message().contains("_fallbacks' are not allowed with this key"));
            }
            delivered(ask(lines, asking, key(rates(100, 0), Budget.NONE)));
            delivered(lines.decide(asking));
        }
    }

    @Test
    void eachChoiceIsEstimatedByItself() {
        Lines lines = lines(local);
        Principal who = key(rates(0, 10_000), Budget.NONE);
        Map.of("'max_tokens':1000,'n':3", 3_000, "'n':4", 2_000)
                .forEach((fields, tokens) -> {
                    var asking = BYPASSED.with(fields);
                    var deliver = assertInstanceOf(Decision.Deliver.class, ask(lines, asking, who));
                    long prompt = asking.body().length() / 4;
                    long before = 10_000 - tokens - prompt;
                    assertEquals(before, left("key:vk-1:tokens", 10_000));
                    deliver.flight().call().grant().release();
                    deliver.reader().close();
                });
    }

    @Test
    void keysOfOneTenantShareItsLimit() {
        Lines lines = lines(local);
        tenants.put("acme", new Allowance(rates(2, 0), Budget.NONE));
        Rates own = rates(10, 0);
        delivered(ask(lines, BYPASSED, key("vk-1", own, Budget.NONE)));
        delivered(ask(lines, BYPASSED, key("vk-2", own, Budget.NONE)));
        Decision.Refused refused = refused(ask(lines, BYPASSED, key("vk-2", own, Budget.NONE)));
        assertTrue(refused.message().contains("of tenant acme"), refused.message());
        assertEquals(9, left("key:vk-2:requests", 10), "the refused one gave its own back");
    }

    @Test
    void tokensAreReservedOnAnEstimateAndSettledToWhatWasBought() {
        Lines lines = lines(local);
        Principal who = key(rates(0, 10_000), Budget.NONE);
        var asking = BYPASSED.with("'max_tokens':4000");
        var deliver = assertInstanceOf(Decision.Deliver.class, ask(lines, asking, who));
        long prompt = asking.body().length() / 4;
        assertEquals(6_000 - prompt, left("key:vk-1:tokens", 10_000));
        Lines.answer(deliver.flight());
        deliver.reader().close();
        assertEquals(10_000 - 10, left("key:vk-1:tokens", 10_000));
        assertEquals(COST, spent(), 1e-12);
    }

    @Test
    void whoSaysNoBoundIsTakenToWantFiveHundred() {
        Lines lines = lines(local);
        ask(lines, BYPASSED, key(rates(0, 10_000), Budget.NONE));
        assertEquals(9_500 - BYPASSED.body().length() / 4, left("key:vk-1:tokens", 10_000));
    }

    @Test
    void hitsAndJoinsTakeNoTokens() {
        Lines lines = lines(local);
        Principal who = key(rates(0, 10_000), day(1));
        var first = assertInstanceOf(Decision.Deliver.class, ask(lines, Lines.Asking.PLAIN, who));
        long under = left("key:vk-1:tokens", 10_000);
        assertInstanceOf(Decision.Joined.class, ask(lines, Lines.Asking.PLAIN, who));
        assertEquals(under, left("key:vk-1:tokens", 10_000));
        Lines.answer(first.flight());
        var hit = assertInstanceOf(Decision.Answered.class, ask(lines, Lines.Asking.PLAIN, who));
        assertEquals(9_990, left("key:vk-1:tokens", 10_000));
        assertEquals(9_990, hit.call().grant().tokens().orElseThrow().remaining());
    }

    @Test
    void callsThatFailOrAreLeftGiveEverythingBack() {
        Lines lines = lines(local);
        Principal who = key(rates(0, 10_000), day(1));
        var failed = assertInstanceOf(Decision.Deliver.class, ask(lines, BYPASSED, who));
        Lines.answer(failed.flight(), 500, "application/json", new byte[10]);
        var left = assertInstanceOf(Decision.Deliver.class, ask(lines, BYPASSED, who));
        left.reader().close();
        assertEquals(10_000, left("key:vk-1:tokens", 10_000));
        assertEquals(0, spent());
        assertTrue(spending.hold(purses(who), 1).isEmpty(), "nothing is held");
    }

    private static List<Purse> purses(Principal who) {
        return List.of(Purse.ofKey("vk-1", who.key().orElseThrow().budget()));
    }

    @Test
    void budgetIsHeldForCallsOnTheirWayAndSaysWhoseItIs() {
        Lines lines = lines(local);
        tenants.put("acme", new Allowance(Rates.NONE, day(0.003)));
        Principal who = key(Rates.NONE, day(5));
        var asking = BYPASSED.with("'max_tokens':1000");
        var first = assertInstanceOf(Decision.Deliver.class, ask(lines, asking, who));
        Decision.Refused refused = refused(ask(lines, asking, who));
        assertEquals(Decision.Refused.QUOTA, refused.code());
        assertTrue(
                refused.message()
                        .matches(
                                "The budget of tenant acme, 0.003 US dollars a day \\(UTC\\), has no"
                                        + " room .* anew at 2023-11-15T00:00:00Z\\."),
                refused.message());
        assertTrue(refused.retryAfter().compareTo(Duration.ofHours(24)) < 0);
        Lines.answer(first.flight());
        delivered(ask(lines, asking, who));
        assertEquals(2 * COST, spent(), 1e-12);
    }

    @Test
    void answersFromElsewhereAreWaitedFor() {
        var elsewhere = new Elsewhere();
        Lines lines = lines(elsewhere);
        Principal who = key(rates(2, 10_000), Budget.NONE);
        var admitting = assertInstanceOf(Decision.Pending.class, ask(lines, BYPASSED, who));
        assertFalse(admitting.until().toCompletableFuture().isDone());
        elsewhere.answerAll();
        var reserving = assertInstanceOf(Decision.Pending.class, admitting.resume(false));
        elsewhere.answerAll();
        delivered(reserving.resume(false));
        assertEquals(9_990, left("key:vk-1:tokens", 10_000));
    }

    @Test
    void whoLeavesWhileItIsAskedLeavesNothingBehind() {
        var elsewhere = new Elsewhere();
        Lines lines = lines(elsewhere);
        Principal who = key(rates(0, 10_000), day(1));
        for (boolean early : new boolean[] {true, false}) {
            var admitting = assertInstanceOf(Decision.Pending.class, ask(lines, BYPASSED, who));
            elsewhere.answerAll();
            Decision next = admitting.resume(early);
            if (!early) {
                var reserving = assertInstanceOf(Decision.Pending.class, next);
                elsewhere.answerAll();
                next = reserving.resume(true);
            }
            var left = assertInstanceOf(Decision.Refused.class, next);
            assertEquals(Settlement.CLIENT_LEFT, left.status());
        }
        assertEquals(10_000, left("key:vk-1:tokens", 10_000));
        assertTrue(spending.hold(purses(who), 1).isEmpty(), "nothing is held");
    }

    @Test
    void noProgramOfCallsDrifts() {
        for (long seed = 0; seed < 30; seed++) {
            drift(seed, local);
            drift(seed, new Elsewhere());
        }
    }

    private void drift(long seed, RateBuckets buckets) {
        var random = new Random(seed);
        String id = "vk-" + seed + buckets.getClass().getSimpleName();
        Lines lines = lines(buckets);
        Principal who = key(id, rates(1 << 20, 1 << 20), day(1_000));
        var flying = new ArrayList<Decision.Deliver>();
        long bought = 0;
        int paid = 0;
        for (int i = 0; i < 200 || !flying.isEmpty(); i++) {
            if (i < 200 && random.nextBoolean()) {
                var asking =
                        random.nextBoolean()
                                ? BYPASSED.with("'max_tokens':" + random.nextInt(2_000))
                                : Lines.Asking.PLAIN.with("'seed':" + random.nextInt(20));
                Decision decision = ask(lines, asking, who);
                while (decision instanceof Decision.Pending pending) {
                    ((Elsewhere) buckets).answerAll();
                    decision = pending.resume(random.nextInt(5) == 0);
                }
                if (decision instanceof Decision.Deliver deliver) {
                    flying.add(deliver);
                } else if (decision instanceof Decision.Joined joined) {
                    joined.reader().close();
                }
            } else if (!flying.isEmpty()) {
                Decision.Deliver next = flying.remove(random.nextInt(flying.size()));
                switch (random.nextInt(3)) {
                    case 0 -> {
                        Lines.answer(next.flight());
                        bought += 10;
                        paid++;
                    }
                    case 1 -> Lines.answer(next.flight(), 503, "text/plain", new byte[3]);
                    default -> next.reader().close();
                }
            }
        }
        assertEquals((1 << 20) - bought, left("key:" + id + ":tokens", 1 << 20), "seed " + seed);
        assertEquals(
                paid * COST,
                spending.spent(Purse.ofKey(id, Budget.NONE)).day(),
                1e-9,
                "seed " + seed);
        assertTrue(
                spending.hold(List.of(Purse.ofKey(id, day(1_000))), 1_000 - paid * COST - 1e-8)
                        .isEmpty(),
                "seed " + seed + ": nothing is held");
    }
}
