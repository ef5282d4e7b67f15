package dev.vivace.config;

/** What a file says, made fit for an error message: one short line, without a URL's credentials. */
final class Shown {
    private static final int MOST = 60;

    private Shown() {}

    static String text(String raw) {
        return raw.isEmpty() ? "''" : clean(withoutCredentials(raw), MOST);
    }

    /** A sentence of the YAML parser's, which may quote the file. */
    static String sentence(String words) {
        return clean(words, 300);
    }

    private static String clean(String text, int most) {
        var shown = new StringBuilder();
        text.codePoints()
                .limit(most)
                .forEach(c -> shown.appendCodePoint(isHarmless(c) ? c : '\uFFFD'));
        return shown + (text.codePointCount(0, text.length()) > most ? "…" : "");
    }

    private static String withoutCredentials(String text) {
        int host = text.indexOf("//") + 2;
        if (host < 2) {
            return text;
        }
        int at = text.lastIndexOf('@');
        String rest = at < host ? text.substring(host) : "…" + text.substring(at);
        int query = rest.indexOf('?');
        return text.substring(0, host) + (query < 0 ? rest : rest.substring(0, query) + "?…");
    }

    /** Terminals act on control characters, and some format characters turn the text around. */
    private static boolean isHarmless(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR ->
                    false;
            default -> true;
        };
    }
}
