package dev.vivace.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the Prometheus text format strictly: what is wrong in it fails the test. */
final class Scrape {
    private static final Pattern HEAD =
            Pattern.compile(
                    "# (HELP|TYPE) ([a-z_0-9]+) ([^\\n]+)"); // our names are lower case; p95 is the
    // only number
    private static final Pattern SAMPLE =
            Pattern.compile("([a-z_0-9]+)(?:\\{(.*)})? (-?[0-9.]+|\\+Inf)");
    private static final Pattern LABEL =
            Pattern.compile("\\G([a-z_0-9]+)=\"((?:[^\"\\\\]|\\\\[\\\\n\"])*)\"(?:,|$)");

    final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();

    Scrape(String text) {
        if (!text.endsWith("\n")) {
            throw new AssertionError("no line break at the end");
        }
        for (String line : text.split("\n")) {
            Matcher head = HEAD.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (head.matches()) {
                if (head.group(1).equals("TYPE")
                        && types.put(head.group(2), head.group(3)) != null) {
                    throw new AssertionError("twice: " + line);
                }
            } else if (sample.matches()) {
                String base = sample.group(1).replaceFirst("_(bucket|sum|count)$", "");
                if (!types.containsKey(sample.group(1)) && !types.containsKey(base)) {
                    throw new AssertionError("without a type: " + line);
                }
                String labels = sample.group(2) == null ? "" : labels(sample.group(2)).toString();
                if (samples.put(
                                sample.group(1) + labels,
                                Double.valueOf(sample.group(3).replace("+Inf", "Infinity")))
                        != null) {
                    throw new AssertionError("twice: " + line);
                }
            } else {
                throw new AssertionError("neither a comment nor a sample: " + line);
            }
        }
    }

    private static Map<String, String> labels(String text) {
        var labels = new TreeMap<String, String>();
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (label.find()) {
            labels.put(
                    label.group(1),
                    label.group(2)
                            .replace("\\\"", "\"")
                            .replace("\\n", "\n")
                            .replace("\\\\", "\\"));
            end = label.end();
        }
        if (end != text.length()) {
            throw new AssertionError("cannot read the labels " + text);
        }
        return labels;
    }

    /** One sample; its labels as a sorted map prints them. */
    double get(String name, String labels) {
        Double value = samples.get(name + labels);
        if (value == null) {
            throw new AssertionError("no " + name + labels + " in " + samples.keySet());
        }
        return value;
    }

    /** The sum of all samples of a name whose labels contain a text. */
    double sum(String name, String part) {
        return samples.entrySet().stream()
                .filter(s -> s.getKey().startsWith(name + "{") && s.getKey().contains(part))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    long series(String name) {
        return samples.keySet().stream().filter(s -> s.startsWith(name + "{")).count();
    }
}
