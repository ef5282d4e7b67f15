package dev.vivace.key;

import java.util.regex.Pattern;

/** What a tenant may be called, so that nobody is given a name that the gateway gives itself. */
public final class TenantName {
    /** Completes the sentence "must be ...". */
    public static final String EXPECTED =
            "1 to 64 letters, digits, '.', '_' or '-', beginning with a letter or digit, and not"
                    + " local, anonymous or anything that begins with t-";

    private static final Pattern PATTERN =
            Pattern.compile("(?!local$|anonymous$|t-)[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    private TenantName() {}

    /** Of the whole name; understood by JSON schemas as well. */
    public static String regex() {
        return PATTERN.pattern();
    }

    public static boolean isValid(String name) {
        return PATTERN.matcher(name).matches();
    }
}
