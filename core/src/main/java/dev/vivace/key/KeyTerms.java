package dev.vivace.key;

import dev.vivace.limit.Rates;
import java.util.Set;

/**
 * What a new key is to be worth.
 *
 * @param tenant who it belongs to; see {@link TenantName}
 * @param name for people: up to 100 characters, none of them a control character; may be empty
 * @param models that it may ask for, as clients name them: up to 100, each of 1 to 256 characters
 *     without white space; empty: all
 * @param scope who may be given an answer that this key paid for
 * @param priority of its calls
 */
public record KeyTerms(
        String tenant,
        String name,
        Set<String> models,
        Rates rates,
        Budget budget,
        Priority priority,
        VirtualKey.Scope scope) {
    private static final int MOST_MODELS = 100;
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_MODEL = 256;
    private static final int SHOWN = 80;

    /**
     * @throws IllegalArgumentException naming what is wrong, with its value
     */
    public KeyTerms {
        if (!TenantName.isValid(tenant)) {
            throw new IllegalArgumentException(
                    "tenant must be " + TenantName.EXPECTED + "; not '" + shown(tenant) + "'");
        }
        if (name.length() > LONGEST_NAME || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "name must have at most 100 characters, none of them a control character; not '"
                            + shown(name)
                            + "'");
        }
        models = Set.copyOf(models);
        if (models.size() > MOST_MODELS) {
            throw new IllegalArgumentException(
                    "models may be at most " + MOST_MODELS + ", not " + models.size());
        }
        for (String model : models) {
            if (model.isEmpty()
                    || model.length() > LONGEST_MODEL
                    || model.chars()
                            .anyMatch(
                                    c -> Character.isWhitespace(c) || Character.isISOControl(c))) {
                throw new IllegalArgumentException(
                        "models must have names of 1 to 256 characters without white space; not '"
                                + shown(model)
                                + "'");
            }
        }
    }

    /** Fit for a line of text, whatever it is. */
    static String shown(String text) {
        String line =
                text.codePoints()
                        .map(c -> Character.isISOControl(c) ? '?' : c)
                        .limit(SHOWN)
                        .collect(
                                StringBuilder::new,
                                StringBuilder::appendCodePoint,
                                StringBuilder::append)
                        .toString();
        return text.length() > line.length() ? line + "..." : line;
    }
}
