package dev.vivace.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Alternatives of a JSON schema, each for one way in which a file may write a value. They complete
 * and mark in an editor; what only code can tell, such as the range of a size, they leave to {@code
 * validate}.
 */
final class JsonTypes {
    /** A whole number that every reader of JSON holds exactly. */
    private static final long LARGEST = 1L << 53;

    private JsonTypes() {}

    static List<Map<String, Object>> whole(long min, long max) {
        return List.of(bounded("integer", min, Math.min(max, LARGEST)));
    }

    static List<Map<String, Object>> number(double min, double max) {
        Map<String, Object> type = type("number");
        type.put("minimum", min);
        if (Double.isFinite(max)) {
            type.put("maximum", max);
        }
        return List.of(type);
    }

    static List<Map<String, Object>> share() {
        return List.of(bounded("number", 0, 1), pattern("\\d{1,9}(\\.\\d{1,18})?%"));
    }

    static List<Map<String, Object>> size() {
        return List.of(bounded("integer", 0, LARGEST), pattern("\\d{1,19}(KB|MB|GB)?"));
    }

    static List<Map<String, Object>> duration() {
        return List.of(bounded("integer", 0, 0), pattern("0|\\d{1,19}(ns|us|ms|s|m|h|d)"));
    }

    static List<Map<String, Object>> text(String regex) {
        return List.of(pattern(regex));
    }

    static List<Map<String, Object>> oneOf(List<String> names) {
        var type = new LinkedHashMap<String, Object>();
        type.put("enum", names);
        return List.of(type);
    }

    /** Where nothing is the value, as in an empty section. */
    static Map<String, Object> type(String name) {
        var type = new LinkedHashMap<String, Object>();
        type.put("type", name);
        return type;
    }

    private static Map<String, Object> bounded(String name, long min, long max) {
        Map<String, Object> type = type(name);
        type.put("minimum", min);
        type.put("maximum", max);
        return type;
    }

    private static Map<String, Object> pattern(String regex) {
        Map<String, Object> type = type("string");
        type.put("pattern", "^(?:" + ecma(regex) + ")$");
        return type;
    }

    /** Java's names of character classes that are none in JSON schemas' patterns. */
    private static String ecma(String regex) {
        return regex.replace("\\p{Cntrl}", "\\u0000-\\u001f\\u007f");
    }
}
