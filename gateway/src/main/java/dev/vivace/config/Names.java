package dev.vivace.config;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that somebody meant. */
public final class Names {
    /** Longer than any name of ours: no guess is worth the time. */
    public static final int LONGEST = 64;

    private Names() {}

    /** The nearest of some names, unless most of the word would have to change. */
    public static Optional<String> nearest(String word, Collection<String> names) {
        if (word.length() > LONGEST) {
            return Optional.empty();
        }
        String lower = word.toLowerCase(Locale.ROOT);
        Optional<String> nearest = Optional.empty();
        int best = Integer.MAX_VALUE;
        for (String name : names) {
            int most = Math.min(best - 1, Math.max(1, name.length() / 2));
            // What is so much longer or shorter is further away: no need to look.
            if (Math.abs(name.length() - lower.length()) <= most) {
                int distance = distance(lower, name);
                if (distance <= most) {
                    best = distance;
                    nearest = Optional.of(name);
                }
            }
        }
        return nearest;
    }

    /** Levenshtein's: letters to insert, delete or replace. */
    static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
