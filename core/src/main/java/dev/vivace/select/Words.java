package dev.vivace.select;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The words of a text: split where letters and digits end and within camelCase, in lower case,
 * without the words that everybody uses, stemmed. Scripts that are written without spaces come as
 * pairs of characters.
 */
final class Words {
    /** Of English, and what people say around a request, which is about no tool. */
    private static final Set<String> STOP =
            Set.copyOf(
                    Arrays.asList(
                            """
                            a about above after again against all also am an and any anybody anyone anything are as at be
                            because been before being below between both but by can cannot could did do does doing don down
                            during each else ever every few for from further get gets getting give given gives go going gonna
                            got had has have having he hello help helps her here hers herself hey hi him himself his how i if
                            im in into is it its itself ive just kind kindly know let lets like ll may maybe me might mine more
                            most much must my myself need needs no nor not now of off ok okay on once one ones only or other
                            ought our ours ourselves out over own please provide re really same shall she should show so some
                            somebody someone something such sure tell than thank thanks that the their theirs them themselves
                            then there these they thing things this those through to too try trying under until up us use used
                            useful user users using ve very want wants was way we well were what whatever when where whether
                            which while who whom whose why will wish with without won wonder wondering would yes yet you your
                            yours yourself yourselves able looking tool tools s t d
                            """
                                    .strip()
                                    .split("\\s+")));

    /** Of a longer word the beginning: what is kept of words is bounded by their number. */
    private static final int LONGEST = 64;

    private final int most;
    private final List<String> found = new ArrayList<>();

    private Words(int most) {
        this.most = most;
    }

    /**
     * In the order of the text, with repetitions.
     *
     * @param most what comes after so many characters is not looked at
     */
    static List<String> of(String text, int most) {
        var words = new Words(most);
        words.read(text);
        return words.found;
    }

    private void read(String text) {
        int end = Math.min(text.length(), most);
        int at = 0;
        while (at < end) {
            if (!isWord(text.charAt(at))) {
                at++;
            } else {
                int start = at;
                boolean spaced = isSpaced(text.charAt(at));
                while (at < end && isWord(text.charAt(at)) && isSpaced(text.charAt(at)) == spaced) {
                    at++;
                }
                if (spaced) {
                    compound(text, start, at);
                } else {
                    pairs(text, start, at);
                }
            }
        }
    }

    /** The parts of a camelCase word, and the whole, since others write it together. */
    private void compound(String text, int start, int end) {
        int from = start;
        for (int i = start + 1; i < end; i++) {
            if (isBoundary(text, i, end)) {
                add(text, from, i);
                from = i;
            }
        }
        add(text, from, end);
        if (from > start) {
            add(text, start, end);
        }
    }

    private static boolean isBoundary(String text, int i, int end) {
        char before = text.charAt(i - 1);
        char here = text.charAt(i);
        if (Character.isDigit(before) != Character.isDigit(here)) {
            return true;
        }
        return Character.isUpperCase(here)
                && (Character.isLowerCase(before)
                        || i + 1 < end && Character.isLowerCase(text.charAt(i + 1)));
    }

    private void add(String text, int start, int end) {
        if (end - start < 2 && !Character.isDigit(text.charAt(start))) {
            return;
        }
        String word =
                text.substring(start, Math.min(end, start + LONGEST)).toLowerCase(Locale.ROOT);
        if (!STOP.contains(word)) {
            found.add(Stemmer.stem(word));
        }
    }

    private void pairs(String text, int start, int end) {
        for (int i = start; i + 1 < end; i++) {
            found.add(text.substring(i, i + 2));
        }
        if (end - start == 1) {
            found.add(text.substring(start, end));
        }
    }

    private static boolean isWord(char c) {
        return Character.isLetterOrDigit(c);
    }

    private static boolean isSpaced(char c) {
        if (c < 0x0E00) {
            return true;
        }
        return switch (Character.UnicodeScript.of(c)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL, THAI, LAO, KHMER, MYANMAR -> false;
            default -> true;
        };
    }
}
