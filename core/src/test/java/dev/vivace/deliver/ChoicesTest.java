package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChoicesTest {
    private final AtomicLong now = new AtomicLong();

    private UpstreamState upstream(String name, int weight, String region) {
        return new UpstreamState(
                name,
                weight,
                region,
                2,
                RetryOptions.DEFAULT,
                BreakerOptions.DEFAULT,
                ConcurrencyOptions.DEFAULT,
                now::get);
    }

    @Test
    void weightsAreKeptAndOpenOnesAndOtherRegionsComeLater() {
        var a = upstream("a", 3, "eu");
        var b = upstream("b", 1, "us");
        var balancer = new Balancer(new Random(1));
        int first = 0;
        for (int i = 0; i < 10_000; i++) {
            first += balancer.order(List.of(a, b), Balance.WEIGHT, "", true)[0] == 0 ? 1 : 0;
        }
        assertEquals(7_500, first, 200);
        assertArrayEquals(
                new int[] {1, 0}, balancer.order(List.of(a, b), Balance.WEIGHT, "us", true));
        assertArrayEquals(
                new int[] {0, 1}, balancer.order(List.of(a, b), Balance.ORDER, "us", true));
        for (int i = 0; i < 20; i++) {
            a.breaker().failed(a.breaker().tryEnter());
        }
        assertArrayEquals(new int[] {1, 0}, balancer.order(List.of(a, b), Balance.ORDER, "", true));
    }

    @Test
    void keysTakeTurnsAndRest() {
        var ring = new KeyRing(3, now::get);
        ring.rest(1, Duration.ofSeconds(5));
        assertEquals(List.of(0, 2, 0), List.of(ring.next(), ring.next(), ring.next()));
        ring.rest(0, Duration.ofSeconds(3));
        ring.rest(2, Duration.ofSeconds(4));
        assertEquals(-1, ring.next());
        assertEquals(Duration.ofSeconds(3), ring.restsFor());
        now.addAndGet(Duration.ofSeconds(3).toNanos());
        assertEquals(0, ring.next());
        assertEquals(0, new KeyRing(0, now::get).next());
    }

    /** Two that take turns on two keys would each find the same one, for ever. */
    @Test
    void whoeverElseTakesTurnsEveryKeyIsFound() {
        var ring = new KeyRing(2, now::get);
        int mine = ring.next();
        int theirs = ring.next();
        assertEquals(1 - mine, ring.after(mine));
        assertEquals(1 - theirs, ring.after(theirs));
        ring.rest(0, Duration.ofSeconds(5));
        assertEquals(1, ring.after(1));
        ring.rest(1, Duration.ofSeconds(5));
        assertEquals(-1, ring.after(1));
    }

    @Test
    void anUpstreamIsClosedWhenTheBreakersOfAllItsKeysAre() {
        var upstream = upstream("a", 1, "");
        for (int key = 0; key < 2; key++) {
            assertEquals(Breaker.State.CLOSED, upstream.breakerState());
            assertEquals(Duration.ZERO, upstream.opensIn());
            for (int i = 0; i < BreakerOptions.DEFAULT.minCalls() / 2; i++) {
                upstream.breaker(key).failed(upstream.breaker(key).tryEnter());
            }
            assertEquals(Breaker.State.OPEN, upstream.breaker(key).state());
            now.addAndGet(Duration.ofSeconds(1).toNanos());
        }
        assertEquals(Breaker.State.OPEN, upstream.breakerState());
        assertEquals(Duration.ofSeconds(3), upstream.opensIn());
        now.addAndGet(Duration.ofSeconds(3).toNanos());
        assertEquals(Breaker.State.HALF_OPEN, upstream.breakerState());
        assertEquals(Duration.ZERO, upstream.opensIn());
    }

    /** Whole times and times to a first token do not compare. */
    @Test
    void theFastestIsWhoIsSoForCallsOfTheKind() {
        var a = upstream("a", 1, "");
        var b = upstream("b", 1, "");
        a.firstByteTimes(true).record(100);
        a.firstByteTimes(false).record(9_000);
        b.firstByteTimes(true).record(200);
        b.firstByteTimes(false).record(8_000);
        var balancer = new Balancer(new Random(1));
        int streams = 0;
        int others = 0;
        for (int i = 0; i < 1_000; i++) {
            streams += balancer.order(List.of(a, b), Balance.FASTEST, "", true)[0] == 0 ? 1 : 0;
            others += balancer.order(List.of(a, b), Balance.FASTEST, "", false)[0] == 1 ? 1 : 0;
        }
        assertTrue(streams > 900, "but for those that explore: " + streams);
        assertTrue(others > 900, "but for those that explore: " + others);
    }

    @Test
    void anOnlyKeyRestsToo() {
        var ring = new KeyRing(1, now::get);
        assertEquals(Duration.ZERO, ring.restsFor());
        ring.rest(0, Duration.ofSeconds(5));
        assertEquals(-1, ring.next());
        assertEquals(Duration.ofSeconds(5), ring.restsFor());
        now.addAndGet(Duration.ofSeconds(5).toNanos());
        assertEquals(Duration.ZERO, ring.restsFor());
        assertEquals(0, ring.next());
        ring.rest(0, Duration.ofSeconds(1));
        assertEquals(-1, ring.next());
    }

    @Test
    void p95NeedsSamplesThatAreFresh() {
        var times = new FirstByteTimes(now::get);
        for (int i = 1; i <= 19; i++) {
            times.record(i);
        }
        assertTrue(times.p95().isEmpty());
        times.record(20);
        assertEquals(19, times.p95().getAsLong());
        assertTrue(times.recent() > 0);
        now.addAndGet(Duration.ofMinutes(6).toNanos());
        assertTrue(times.p95().isEmpty());
        assertEquals(0, times.recent());
    }

    @Test
    void retryAfterIsUnderstood() {
        Instant then = Instant.parse("2015-10-21T07:27:00Z");
        assertEquals(
                Optional.of(Duration.ofMillis(1500)),
                RetryAfter.of(Optional.of("1.5"), Optional.empty(), then));
        assertEquals(
                Optional.of(Duration.ofMillis(20)),
                RetryAfter.of(Optional.of("1"), Optional.of("20"), then));
        assertEquals(
                Optional.of(Duration.ofMinutes(1)),
                RetryAfter.of(
                        Optional.of("Wed, 21 Oct 2015 07:28:00 GMT"), Optional.empty(), then));
        assertEquals(
                Optional.of(Duration.ofDays(1)),
                RetryAfter.of(Optional.of("999999999999999"), Optional.empty(), then));
        for (String nonsense : List.of("-1", "soon", "NaN", "1e9", "", "0x10")) {
            assertEquals(
                    Optional.empty(), RetryAfter.of(Optional.of(nonsense), Optional.empty(), then));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"error\":{\"message\":\"x\",\"code\":\"context_length_exceeded\"}}",
                "{\"type\":\"error\",\"error\":{\"message\":\"prompt is too long: 5 > 4\"}}",
                "{\"object\":\"error\",\"message\":\"This model's maximum context length is 4\"}",
                "{\"error\":{\"code\":400,\"type\":\"exceed_context_size_error\"}}",
                "[{\"error\":{\"message\":\"exceeds the maximum number of tokens allowed\"}}]"
            })
    void contextLengthIsRecognised(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        assertTrue(ContextLength.exceeded(bytes));
        var random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            byte[] broken = bytes.clone();
            broken[random.nextInt(broken.length)] = (byte) random.nextInt();
            boolean ignored = ContextLength.exceeded(broken);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "prompt is too long",
                "{\"error\":{\"message\":\"bad\",\"input\":\"prompt is too long\"}}",
                "{\"error\":null}"
            })
    void whatSomebodyQuotesIsNoContextLength(String body) {
        assertFalse(ContextLength.exceeded(body.getBytes(StandardCharsets.UTF_8)));
    }
}
