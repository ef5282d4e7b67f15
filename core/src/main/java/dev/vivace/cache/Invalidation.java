package dev.vivace.cache;

import java.util.Optional;
import java.util.function.Predicate;

/**
 * Which entries to forget: those that all given conditions hold for.
 *
 * @param model as its upstream names it
 * @param tag {@code NAME=VALUE}
 * @param pattern a glob ({@code *} any text, {@code ?} one character) over the text of the last
 *     user message
 * @param all everything; needed to forget everything, so that an empty request forgets nothing
 */
public record Invalidation(
        Optional<String> scope,
        Optional<String> model,
        Optional<String> tag,
        Optional<String> pattern,
        boolean all)
        implements Predicate<CachedAnswer> {
    public Invalidation {
        if (!all && scope.isEmpty() && model.isEmpty() && tag.isEmpty() && pattern.isEmpty()) {
            throw new IllegalArgumentException(
                    "say what to forget: any of scope, model, tag (NAME=VALUE), pattern, or all: true");
        }
    }

    /** The same conditions with another name for the model. */
    public Invalidation ofModel(String name) {
        return new Invalidation(scope, Optional.of(name), tag, pattern, all);
    }

    @Override
    public boolean test(CachedAnswer answer) {
        return scope.map(answer.scope()::equals).orElse(true)
                && model.map(answer.model()::equals).orElse(true)
                && tag.map(answer.tags()::contains).orElse(true)
                && pattern.map(glob -> matches(glob, answer.question())).orElse(true);
    }

    /**
     * Whether a glob matches a text. Linear in the text for each star: a pattern from outside must
     * not be able to make this slow.
     */
    public static boolean matches(String glob, String text) {
        int g = 0;
        int t = 0;
        int star = -1;
        int mark = 0;
        while (t < text.length()) {
            if (g < glob.length() && glob.charAt(g) == '*') {
                star = g++;
                mark = t;
            } else if (g < glob.length() && glob.charAt(g) == '?') {
                g++;
                t += Character.charCount(text.codePointAt(t));
            } else if (g < glob.length() && glob.charAt(g) == text.charAt(t)) {
                g++;
                t++;
            } else if (star >= 0) {
                g = star + 1;
                t = ++mark;
            } else {
                return false;
            }
        }
        while (g < glob.length() && glob.charAt(g) == '*') {
            g++;
        }
        return g == glob.length();
    }
}
