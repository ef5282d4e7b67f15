package dev.vivace.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class InvalidationTest {
    @Test
    void aGlobMatchesAsANaiveOneDoes() {
        int matched = 0;
        for (int seed = 0; seed < 50_000; seed++) {
            var random = new Random(seed);
            String glob = letters(random, "ab??**😀", 7);
            String text = letters(random, "aaabb?*😀\n", 9);
            boolean expected =
                    naive(glob.codePoints().toArray(), 0, text.codePoints().toArray(), 0);
            assertEquals(expected, Invalidation.matches(glob, text), glob + " on " + text);
            matched += expected ? 1 : 0;
        }
        assertTrue(matched > 5_000 && matched < 45_000, "matched: " + matched);
    }

    private static boolean naive(int[] glob, int g, int[] text, int t) {
        if (g == glob.length) {
            return t == text.length;
        }
        if (glob[g] == '*') {
            return naive(glob, g + 1, text, t) || t < text.length && naive(glob, g, text, t + 1);
        }
        return t < text.length
                && (glob[g] == '?' || glob[g] == text[t])
                && naive(glob, g + 1, text, t + 1);
    }

    private static String letters(Random random, String alphabet, int atMost) {
        int[] all = alphabet.codePoints().toArray();
        var out = new StringBuilder();
        for (int i = random.nextInt(atMost); i > 0; i--) {
            out.appendCodePoint(all[random.nextInt(all.length)]);
        }
        return out.toString();
    }

    /** Backtracking over every star would take longer than the universe has. */
    @Test
    void manyStarsAreNoTrouble() {
        assertFalse(Invalidation.matches("*a".repeat(100) + "b", "a".repeat(4_000)));
        assertTrue(Invalidation.matches("*a".repeat(100) + "*", "a".repeat(4_000)));
    }
}
