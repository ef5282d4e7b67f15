package dev.vivace.limit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import dev.vivace.limit.UpstreamRates.Turn;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UpstreamRatesTest {
    private final AtomicLong now = new AtomicLong();
    private final UpstreamRates rates =
            new UpstreamRates(
                    new LocalBuckets(now::get),
                    name ->
                            name.equals("free")
                                    ? Rates.NONE
                                    : new Rates(OptionalLong.of(3), OptionalLong.of(1_000)));

    private Turn ask(String upstream, long tokens) {
        return rates.tryTake(upstream, tokens).toCompletableFuture().join();
    }

    @Test
    void withoutLimitsEverythingGoes() {
        for (int i = 0; i < 10; i++) {
            assertInstanceOf(Turn.Go.class, ask("free", 1 << 20));
        }
    }

    @Test
    void requestsAndTokensAreTakenTogetherOrNotAtAll() {
        assertInstanceOf(Turn.Go.class, ask("a", 900));
        assertEquals(
                new Turn.Wait(Duration.ofSeconds(6), "1000 tokens a minute of upstream a"),
                ask("a", 200));
        assertInstanceOf(Turn.Go.class, ask("a", 50));
        assertInstanceOf(Turn.Go.class, ask("a", 0));
        assertEquals(
                new Turn.Wait(Duration.ofSeconds(20), "3 requests a minute of upstream a"),
                ask("a", 1));
        assertInstanceOf(Turn.Go.class, ask("b", 900), "another upstream has its own");
    }

    @Test
    void whatWasEstimatedIsSettled() {
        assertInstanceOf(Turn.Go.class, ask("a", 1_000));
        rates.settle("a", 1_000, 100);
        assertInstanceOf(Turn.Go.class, ask("a", 900));
        assertInstanceOf(Turn.Wait.class, ask("a", 1));
    }

    @Test
    void whatWasNotSentIsPutBack() {
        for (int i = 0; i < 10; i++) {
            assertInstanceOf(Turn.Go.class, ask("a", 1_000));
            rates.putBack("a", 1_000);
        }
        for (int i = 0; i < 3; i++) {
            assertInstanceOf(Turn.Go.class, ask("a", 100));
        }
        assertInstanceOf(Turn.Wait.class, ask("a", 100));
    }
}
