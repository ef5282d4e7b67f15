package dev.vivace.select;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.BitSet;
import org.junit.jupiter.api.Test;

class ExplorationTest {
    private static final int TOOLS = 100;

    private static float[] falling() {
        float[] scores = new float[TOOLS];
        for (int i = 0; i < 20; i++) {
            scores[i] = 20 - i;
        }
        return scores;
    }

    private static float[] doubts(float value) {
        float[] doubts = new float[TOOLS];
        Arrays.fill(doubts, value);
        return doubts;
    }

    @Test
    void withoutItTheBestAreShown() {
        var none = new Exploration(0, 1);
        for (int i = 0; i < 100; i++) {
            assertArrayEquals(new int[] {0, 1, 2, 3, 4}, none.top(falling(), doubts(1), 5));
        }
    }

    @Test
    void theSameSeedShowsTheSame() {
        var one = new Exploration(0.3, 7);
        var two = new Exploration(0.3, 7);
        var other = new Exploration(0.3, 8);
        boolean differs = false;
        for (int i = 0; i < 50; i++) {
            int[] shown = one.top(falling(), doubts(1), 5);
            assertArrayEquals(shown, two.top(falling(), doubts(1), 5));
            differs |= !Arrays.equals(shown, other.top(falling(), doubts(1), 5));
        }
        assertTrue(differs);
    }

    @Test
    void everyToolIsShownSoonerOrLater() {
        var exploration = new Exploration(0.1, 1);
        var seen = new BitSet();
        int visits = 0;
        for (int i = 0; i < 20_000; i++) {
            int[] shown = exploration.top(falling(), doubts(1), 5);
            assertEquals(5, Arrays.stream(shown).distinct().count());
            Arrays.stream(shown).forEach(seen::set);
            visits += shown[4] >= 20 ? 1 : 0;
            assertTrue(Arrays.stream(shown).limit(4).allMatch(tool -> tool < 20));
        }
        assertEquals(TOOLS, seen.cardinality());
        assertTrue(visits > 1_000 && visits < 2_000, visits + " visits");
    }

    @Test
    void aNearTieIsDrawnUnlessBothAreKnown() {
        var exploration = new Exploration(0.1, 1);
        float[] known = doubts(0.001f);
        int swapped = 0;
        for (int i = 0; i < 1_000; i++) {
            assertEquals(0, exploration.top(new float[] {1, 0.98f}, known, 2)[0]);
            swapped += exploration.top(new float[] {1, 0.98f}, doubts(1), 2)[0];
            assertEquals(0, exploration.top(new float[] {1, 0.8f}, doubts(1), 2)[0]);
        }
        assertTrue(swapped > 200 && swapped < 500, swapped + " swapped");
    }
}
