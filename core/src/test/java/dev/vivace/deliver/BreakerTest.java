package dev.vivace.deliver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BreakerTest {
    private final AtomicLong now = new AtomicLong();
    private final Breaker breaker = new Breaker(BreakerOptions.DEFAULT, now::get);

    private void open() {
        for (int i = 0; i < 20; i++) {
            breaker.failed(breaker.tryEnter());
        }
    }

    private void pass(Duration time) {
        now.addAndGet(time.toNanos());
    }

    /** Probes that hang say nothing, and must not keep out others who would find that it works. */
    @Test
    void probesThatHangMakeRoomForOthersAfterAWhile() {
        open();
        pass(BreakerOptions.DEFAULT.open().plusMillis(1));
        long hung = breaker.tryEnter();
        for (int i = 1; i < BreakerOptions.DEFAULT.probes(); i++) {
            assertTrue(breaker.tryEnter() >= 0);
        }
        assertEquals(-1, breaker.tryEnter());
        pass(BreakerOptions.DEFAULT.open().plusMillis(1));
        for (int i = 0; i < BreakerOptions.DEFAULT.probes(); i++) {
            breaker.succeeded(breaker.tryEnter());
        }
        assertEquals(Breaker.State.CLOSED, breaker.state());
        breaker.failed(hung);
        assertEquals(Breaker.State.CLOSED, breaker.state());
    }

    @Test
    void opensOnlyWithEnoughCallsAndEnoughFailuresInTheWindow() {
        for (int i = 0; i < 19; i++) {
            breaker.failed(breaker.tryEnter());
        }
        pass(Duration.ofSeconds(11));
        breaker.failed(breaker.tryEnter());
        assertEquals(Breaker.State.CLOSED, breaker.state());
        for (int i = 0; i < 10; i++) {
            breaker.succeeded(breaker.tryEnter());
        }
        for (int i = 0; i < 8; i++) {
            breaker.failed(breaker.tryEnter());
        }
        assertEquals(Breaker.State.CLOSED, breaker.state());
        breaker.failed(breaker.tryEnter());
        assertEquals(Breaker.State.OPEN, breaker.state());
        assertEquals(-1, breaker.tryEnter());
        assertEquals(Duration.ofSeconds(5), breaker.opensIn());
    }

    @Test
    void probesAreLimitedAndCloseItOrOpenItAgain() {
        open();
        pass(Duration.ofSeconds(5));
        assertEquals(Breaker.State.HALF_OPEN, breaker.state());
        long first = breaker.tryEnter();
        long second = breaker.tryEnter();
        long third = breaker.tryEnter();
        assertEquals(-1, breaker.tryEnter());
        breaker.left(third);
        third = breaker.tryEnter();
        assertTrue(third >= 0, "who leaves gives the place back");
        breaker.succeeded(first);
        breaker.succeeded(second);
        breaker.failed(third);
        assertEquals(Breaker.State.OPEN, breaker.state());
        pass(Duration.ofSeconds(5));
        for (int i = 0; i < 3; i++) {
            breaker.succeeded(breaker.tryEnter());
        }
        assertEquals(Breaker.State.CLOSED, breaker.state());
    }

    @Test
    void ticketsFromBeforeChangeNothing() {
        long old = breaker.tryEnter();
        open();
        pass(Duration.ofSeconds(5));
        assertTrue(breaker.tryEnter() >= 0);
        breaker.failed(old);
        breaker.left(old);
        assertEquals(Breaker.State.HALF_OPEN, breaker.state());
        assertTrue(breaker.tryEnter() >= 0);
        assertTrue(breaker.tryEnter() >= 0);
        assertEquals(-1, breaker.tryEnter());
    }

    @Test
    void manyThreadsGetNoMoreThanTheProbes() throws Exception {
        open();
        pass(Duration.ofSeconds(5));
        try (var threads = Executors.newFixedThreadPool(8)) {
            Callable<Long> enter = breaker::tryEnter;
            long entered = 0;
            for (Future<Long> ticket :
                    threads.invokeAll(Stream.generate(() -> enter).limit(200).toList())) {
                entered += ticket.get() >= 0 ? 1 : 0;
            }
            assertEquals(3, entered);
        }
    }
}
