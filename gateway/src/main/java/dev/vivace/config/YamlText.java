package dev.vivace.config;

import java.math.BigDecimal;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.io.JsonStringEncoder;

/** Writes sections as people do: a name a line. */
final class YamlText {
    /** What no reader of YAML takes for anything but text. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9._/-]*");

    private static final Pattern WORD = Pattern.compile("(?i)null|true|false|yes|no|on|off|y|n");

    private YamlText() {}

    static String of(Map<String, Map<String, Object>> sections) {
        var text = new StringBuilder();
        sections.forEach((name, section) -> {
            if (section.values().stream().allMatch(Map.class::isInstance)) {
                text.append(name).append(":\n");
                section.forEach((key, value) ->
                        text.append("  ")
                                .append(scalar(key))
                                .append(": ")
                                .append(flow(value))
                                .append('\n'));
            } else {
                text.append(name).append(": ").append(flow(section)).append('\n');
            }
        });
        return text.toString();
    }

    private static String flow(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                    map.entrySet().stream()
                            .map(each -> scalar("" + each.getKey()) + ": " + flow(each.getValue()))
                            .collect(Collectors.joining(", ", "{ ", " }"));
            case Collection<?> list ->
                    list.stream().map(YamlText::flow).collect(Collectors.joining(", ", "[", "]"));
            case Double number -> new BigDecimal("" + number).toPlainString();
            case Number number -> number.toString();
            default -> scalar(value.toString());
        };
    }

    /** YAML's double quotes are JSON's. */
    private static String scalar(String text) {
        boolean plain = PLAIN.matcher(text).matches() && !WORD.matcher(text).matches();
        return plain
                ? text
                : '"' + new String(JsonStringEncoder.getInstance().quoteAsCharArray(text)) + '"';
    }
}
