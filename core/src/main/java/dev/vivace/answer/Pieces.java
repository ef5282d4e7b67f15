package dev.vivace.answer;

import java.util.ArrayList;
import java.util.List;

/** Cuts text as a model would have sent it. */
final class Pieces {
    /** A few words. */
    private static final int SHORTEST = 16;

    /** Of long text the pieces are longer: every one costs an event's framing. */
    private static final int MOST = 200;

    private Pieces() {}

    /** Pieces of a few words each, which together are the text; no pair of surrogates is split. */
    static List<String> of(String text) {
        int length = Math.max(SHORTEST, text.length() / MOST);
        List<String> pieces = new ArrayList<>();
        int from = 0;
        while (from < text.length()) {
            int to = end(text, from, length);
            pieces.add(text.substring(from, to));
            from = to;
        }
        return pieces;
    }

    /**
     * Before the first space behind the length, as tokens begin with theirs, but at most twice the
     * length away.
     */
    private static int end(String text, int from, int length) {
        int to = from + length;
        int farthest = from + 2 * length;
        while (to < text.length() && to < farthest && text.charAt(to) != ' ') {
            to++;
        }
        if (to >= text.length()) {
            return text.length();
        }
        return Character.isSurrogatePair(text.charAt(to - 1), text.charAt(to)) ? to + 1 : to;
    }
}
