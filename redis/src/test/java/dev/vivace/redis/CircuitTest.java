package dev.vivace.redis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.vivace.redis.RedisHealth.State;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CircuitTest {
    private Instant now = Instant.EPOCH;
    private final Circuit circuit = new Circuit("there", () -> now);

    private void late(int times) {
        for (int i = 0; i < times; i++) {
            circuit.late();
        }
    }

    @Test
    void isGoneUntilItIsConnected() {
        assertEquals(State.GONE, circuit.health().state());
        assertFalse(circuit.lets());
        circuit.connected();
        assertEquals(State.UP, circuit.health().state());
        assertTrue(circuit.lets());
    }

    @Test
    void isSlowAfterTooManyLateOnesInARowUntilAProbeIsInTime() {
        circuit.connected();
        late(Circuit.LATE - 1);
        circuit.answered();
        late(Circuit.LATE - 1);
        assertTrue(circuit.lets());
        now = now.plusSeconds(5);
        late(1);
        assertFalse(circuit.lets());
        assertEquals(State.SLOW, circuit.health().state());
        assertEquals(now, circuit.health().since());
        circuit.answered(); // one that was on its way is no probe
        assertFalse(circuit.lets());
        circuit.probed();
        assertTrue(circuit.lets());
        assertEquals(2 * Circuit.LATE - 1, circuit.health().failures());
    }

    @Test
    void sinceIsWhenTheStateChangedAndNotTheReason() {
        circuit.connected();
        now = now.plusSeconds(1);
        circuit.lost("one");
        Instant then = now;
        now = now.plusSeconds(1);
        circuit.lost("other");
        assertEquals(then, circuit.health().since());
        assertEquals("other", circuit.health().reason().orElseThrow());
    }

    @Test
    void aProbeDoesNotConnect() {
        circuit.probed();
        assertEquals(State.GONE, circuit.health().state());
    }
}
