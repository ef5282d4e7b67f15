package dev.vivace.select;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Tools that a request calls by their names. What was learned moves them up, never down.
 *
 * @param places by tool: its number, and its place by what the definitions say
 */
record Named(List<Place> places) {
    /** Stand within names, and around them where a sentence says so. */
    private static final String WITHIN = "_./:&-";

    private static final String AROUND = "./:-";

    /** Whoever names more means none in particular. */
    private static final int MOST = 8;

    /** So that a tool is found by its name that has no other word to be found by. */
    private static final float SOME = 0.001f;

    record Place(int tool, int place) {}

    /** Looks for names; a name that is a plain word counts only if it is all of the request. */
    static Named in(String request, ToolIndex index, float[] lexical) {
        var found = new ArrayList<Integer>();
        var whole = request.strip();
        note(index.number(whole), lexical, found);
        for (String word : words(whole)) {
            if (!word.equals(whole) && isName(word)) {
                note(index.number(word), lexical, found);
            }
        }
        // Only now, since each that is named may have a little more than before.
        return new Named(
                found.stream().map(tool -> new Place(tool, place(tool, lexical))).toList());
    }

    /** By hand: an expression that leaves out dots at the end takes the square of their number. */
    private static List<String> words(String text) {
        var words = new ArrayList<String>();
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || !isPart(text.charAt(i))) {
                int end = i;
                while (start < end && AROUND.indexOf(text.charAt(start)) >= 0) {
                    start++;
                }
                while (start < end && AROUND.indexOf(text.charAt(end - 1)) >= 0) {
                    end--;
                }
                if (start < end) {
                    words.add(text.substring(start, end));
                }
                start = i + 1;
            }
        }
        return words;
    }

    private static boolean isPart(char c) {
        return Character.isLetterOrDigit(c) || WITHIN.indexOf(c) >= 0;
    }

    private static boolean isName(String word) {
        for (int i = 0; i < word.length(); i++) {
            char c = word.charAt(i);
            if (!Character.isLetter(c) || i > 0 && Character.isUpperCase(c)) {
                return true;
            }
        }
        return false;
    }

    private static void note(int tool, float[] lexical, List<Integer> found) {
        if (tool >= 0 && found.size() < MOST && !found.contains(tool)) {
            lexical[tool] = Math.max(lexical[tool], SOME);
            found.add(tool);
        }
    }

    private static int place(int tool, float[] lexical) {
        int place = 0;
        for (int i = 0; i < lexical.length; i++) {
            if (lexical[i] > lexical[tool] || i < tool && lexical[i] == lexical[tool]) {
                place++;
            }
        }
        return place;
    }

    /** Moves those up that stand below their place, and changes nothing else. */
    int[] keepPlaces(int[] top) {
        int[] kept = top;
        // Each moves down those behind its place only, among which none has moved yet.
        for (Place each : byPlace()) {
            if (each.place() < kept.length) {
                kept = moveUp(kept, each);
            }
        }
        return kept;
    }

    private List<Place> byPlace() {
        return places.stream().sorted(Comparator.comparingInt(Place::place)).toList();
    }

    private static int[] moveUp(int[] top, Place named) {
        int at = 0;
        while (at < top.length && top[at] != named.tool()) {
            at++;
        }
        if (at <= named.place()) {
            return top;
        }
        int[] moved = top.clone();
        System.arraycopy(
                top,
                named.place(),
                moved,
                named.place() + 1,
                Math.min(at, top.length - 1) - named.place());
        moved[named.place()] = named.tool();
        return moved;
    }
}
