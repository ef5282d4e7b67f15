package dev.vivace.key;

import dev.vivace.limit.Rates;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a new key is to be worth.
 *
 * @param tenant who it belongs to; see {@link TenantName}
 * @param name for people: up to 100 characters, none of them a control character; may be empty
 * @param models that it may ask for, as clients name them: up to 100, each of 1 to 256 characters
 *     without white space; empty: all
 * @param tools that it may see and call, as they are offered: up to 100 names, each of 1 to 64
 *     letters, digits, {@code _} or {@code -}, where {@code *} stands for any text; empty: all
 * @param scope who may be given an answer that this key paid for
 * @param priority of its calls
 */
public record KeyTerms(
        String tenant,
        String name,
        Set<String> models,
        Set<String> tools,
        Rates rates,
        Budget budget,
        Priority priority,
        VirtualKey.Scope scope) {
    private static final int MOST_MODELS = 100;
    private static final int LONGEST_NAME = 100;
    private static final int LONGEST_MODEL = 256;
    private static final int MOST_TOOLS = 100;
    private static final Pattern TOOL = Pattern.compile("[A-Za-z0-9_*-]{1,64}");
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
        tools = Set.copyOf(tools);
        if (tools.size() > MOST_TOOLS) {
            throw new IllegalArgumentException(
                    "tools may be at most " + MOST_TOOLS + ", not " + tools.size());
        }
        for (String tool : tools) {
            if (!TOOL.matcher(tool).matches()) {
                throw new IllegalArgumentException(
                        "tools must be names of 1 to 64 letters, digits, '_' or '-', in which '*'"
                                + " stands for any text; not '"
                                + shown(tool)
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
