package dev.vivace.select;

/**
 * Porter's stemmer (M. F. Porter, An algorithm for suffix stripping, Program 14(3), 1980), so that
 * bookings and booked are one word. Of English; other words come back as they are, or shorter.
 */
final class Stemmer {
    private static final String[][] STEP_2 = {
        {"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"}, {"anci", "ance"},
        {"izer", "ize"}, {"abli", "able"}, {"alli", "al"}, {"entli", "ent"},
        {"eli", "e"}, {"ousli", "ous"}, {"ization", "ize"}, {"ation", "ate"},
        {"ator", "ate"}, {"alism", "al"}, {"iveness", "ive"}, {"fulness", "ful"},
        {"ousness", "ous"}, {"aliti", "al"}, {"iviti", "ive"}, {"biliti", "ble"}
    };
    private static final String[][] STEP_3 = {
        {"icate", "ic"},
        {"ative", ""},
        {"alize", "al"},
        {"iciti", "ic"},
        {"ical", "ic"},
        {"ful", ""},
        {"ness", ""}
    };
    private static final String[] STEP_4 = {
        "al", "ance", "ence", "er", "ic", "able", "ible", "ant", "ement", "ment", "ent", "ion",
        "ou", "ism", "ate", "iti", "ous", "ive", "ize"
    };
    private static final int SHORTEST = 3;

    private Stemmer() {}

    /** The stem of a word in lower case; words that are not of a to z stay as they are. */
    static String stem(String word) {
        if (word.length() < SHORTEST || !isPlain(word)) {
            return word;
        }
        var stem = new StringBuilder(word);
        plural(stem);
        pastAndProgressive(stem);
        if (ends(stem, "y") && hasVowel(stem, stem.length() - 1)) {
            stem.setCharAt(stem.length() - 1, 'i');
        }
        replaceFirst(stem, STEP_2);
        replaceFirst(stem, STEP_3);
        dropSuffix(stem);
        finalE(stem);
        return stem.toString();
    }

    private static void plural(StringBuilder stem) {
        if (ends(stem, "sses") || ends(stem, "ies")) {
            stem.setLength(stem.length() - 2);
        } else if (ends(stem, "s") && !ends(stem, "ss")) {
            stem.setLength(stem.length() - 1);
        }
    }

    private static void pastAndProgressive(StringBuilder stem) {
        if (ends(stem, "eed")) {
            if (measure(stem, stem.length() - 3) > 0) {
                stem.setLength(stem.length() - 1);
            }
            return;
        }
        int suffix = ends(stem, "ed") ? 2 : ends(stem, "ing") ? 3 : 0;
        int left = stem.length() - suffix;
        if (suffix == 0 || !hasVowel(stem, left)) {
            return;
        }
        stem.setLength(left);
        if (ends(stem, "at") || ends(stem, "bl") || ends(stem, "iz")) {
            stem.append('e');
        } else if (isDouble(stem) && "lsz".indexOf(stem.charAt(left - 1)) < 0) {
            stem.setLength(left - 1);
        } else if (measure(stem, left) == 1 && isShort(stem, left)) {
            stem.append('e');
        }
    }

    private static void replaceFirst(StringBuilder stem, String[][] rules) {
        for (String[] rule : rules) {
            if (ends(stem, rule[0])) {
                int left = stem.length() - rule[0].length();
                if (measure(stem, left) > 0) {
                    stem.replace(left, stem.length(), rule[1]);
                }
                return;
            }
        }
    }

    private static void dropSuffix(StringBuilder stem) {
        String longest = "";
        for (String suffix : STEP_4) {
            if (suffix.length() > longest.length() && ends(stem, suffix)) {
                longest = suffix;
            }
        }
        int left = stem.length() - longest.length();
        boolean fits =
                !longest.equals("ion") || left > 0 && "st".indexOf(stem.charAt(left - 1)) >= 0;
        if (!longest.isEmpty() && fits && measure(stem, left) > 1) {
            stem.setLength(left);
        }
    }

    private static void finalE(StringBuilder stem) {
        int left = stem.length() - 1;
        if (ends(stem, "e")) {
            int measure = measure(stem, left);
            if (measure > 1 || measure == 1 && !isShort(stem, left)) {
                stem.setLength(left);
            }
        }
        if (ends(stem, "ll") && measure(stem, stem.length()) > 1) {
            stem.setLength(stem.length() - 1);
        }
    }

    private static boolean isPlain(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) < 'a' || word.charAt(i) > 'z') {
                return false;
            }
        }
        return true;
    }

    private static boolean ends(StringBuilder stem, String suffix) {
        int left = stem.length() - suffix.length();
        if (left < 0) {
            return false;
        }
        for (int i = 0; i < suffix.length(); i++) {
            if (stem.charAt(left + i) != suffix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isVowel(StringBuilder stem, int at) {
        return switch (stem.charAt(at)) {
            case 'a', 'e', 'i', 'o', 'u' -> true;
            case 'y' -> at > 0 && !isVowel(stem, at - 1);
            default -> false;
        };
    }

    private static boolean hasVowel(StringBuilder stem, int length) {
        for (int i = 0; i < length; i++) {
            if (isVowel(stem, i)) {
                return true;
            }
        }
        return false;
    }

    /** How often a vowel is followed by a consonant in the first characters. */
    private static int measure(StringBuilder stem, int length) {
        int count = 0;
        boolean before = false;
        for (int i = 0; i < length; i++) {
            boolean vowel = isVowel(stem, i);
            if (before && !vowel) {
                count++;
            }
            before = vowel;
        }
        return count;
    }

    private static boolean isDouble(StringBuilder stem) {
        int last = stem.length() - 1;
        return last > 0 && stem.charAt(last) == stem.charAt(last - 1) && !isVowel(stem, last);
    }

    /** Consonant, vowel, consonant, and the last is none of w, x and y. */
    private static boolean isShort(StringBuilder stem, int length) {
        return length >= 3
                && !isVowel(stem, length - 3)
                && isVowel(stem, length - 2)
                && !isVowel(stem, length - 1)
                && "wxy".indexOf(stem.charAt(length - 1)) < 0;
    }
}
