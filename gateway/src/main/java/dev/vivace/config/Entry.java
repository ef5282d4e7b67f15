package dev.vivace.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/**
 * One value of the file, with its place. What is wrong with it goes to the problems; who asked gets
 * nothing then.
 */
record Entry(
        Node node,
        List<String> names,
        int line,
        Problems problems,
        Variables variables,
        Written written) {
    static Entry root(Node node, Problems problems, Variables variables, Written written) {
        return new Entry(
                node, List.of(), Yaml.line(node.getStartMark()), problems, variables, written);
    }

    void problem(String message) {
        problems.add(line, path(), message);
    }

    /** What the rule reads from it. */
    <T> Optional<T> read(Rule<T> rule) {
        if (!(node instanceof ScalarNode scalar)) {
            problem("must be " + rule.expected() + ", not " + kind());
            return Optional.empty();
        }
        if (isNothing()) {
            problem("has no value; it must be " + rule.expected());
            return Optional.empty();
        }
        String text;
        try {
            text = variables.resolve(scalar.getValue());
        } catch (IllegalArgumentException e) {
            problem(String.valueOf(e.getMessage()));
            return Optional.empty();
        }
        Optional<T> value = rule.read(text);
        written.add(key(), scalar.getValue(), rule.secret());
        if (value.isEmpty()) {
            problem("must be " + rule.expected() + (rule.secret() ? "" : ", not " + shown()));
        }
        return value;
    }

    /** Every element of a list; none if they are too few or too many. */
    List<Entry> elements(Key wanted, Rule<?> rule) {
        if (!(node instanceof SequenceNode list)) {
            problem(
                    "must be %s, each %s, not %s"
                            .formatted(wanted.length(), rule.expected(), kind()));
            return List.of();
        }
        written.add(key());
        List<Node> all = list.getValue();
        if (all.size() < wanted.least() || all.size() > wanted.most()) {
            String has = all.isEmpty() ? "it is empty" : "it has " + all.size();
            problem("must be " + wanted.length() + "; " + has);
            return List.of();
        }
        return IntStream.range(0, all.size()).mapToObj(i -> element(all.get(i), i)).toList();
    }

    Section section(Keys keys) {
        return new Section(this, keys, children());
    }

    /**
     * The children of a mapping, by name; of nothing, none. A name that comes twice is reported.
     */
    Map<String, Entry> children() {
        var children = new LinkedHashMap<String, Entry>();
        if (isNothing()) {
            return children;
        }
        if (!(node instanceof MappingNode mapping)) {
            problem("must be a mapping of keys to values, not " + kind());
            return children;
        }
        for (NodeTuple pair : mapping.getValue()) {
            int keyLine = Yaml.line(pair.getKeyNode().getStartMark());
            if (!(pair.getKeyNode() instanceof ScalarNode key)) {
                problems.add(
                        keyLine, path(), "a key must be a plain word, not a list or a mapping");
                continue;
            }
            String name = key.getValue();
            Entry child = child(pair.getValueNode(), name, keyLine);
            Entry first = children.putIfAbsent(name, child);
            if (first != null) {
                problems.add(keyLine, child.path(), "is there already, in line " + first.line);
            }
        }
        return children;
    }

    /** Otherwise {@link #children} has complained. */
    boolean mayHaveChildren() {
        return node instanceof MappingNode || isNothing();
    }

    private boolean isNothing() {
        return node instanceof ScalarNode && node.getTag().equals(Tag.NULL);
    }

    /** As the file says it: variables by their names, never by their values. */
    String shown() {
        return node instanceof ScalarNode scalar ? Shown.text(scalar.getValue()) : kind();
    }

    private String kind() {
        return switch (node) {
            case SequenceNode _ -> "a list";
            case MappingNode _ -> "a mapping";
            default -> "a single value";
        };
    }

    private Entry child(Node value, String name, int valueLine) {
        var longer = new ArrayList<>(names);
        longer.add(name);
        return new Entry(value, longer, valueLine, problems, variables, written);
    }

    private Entry element(Node value, int index) {
        var same = new ArrayList<>(names);
        same.add(same.removeLast() + "[" + index + "]");
        return new Entry(
                value, same, Yaml.line(value.getStartMark()), problems, variables, written);
    }

    /** Its place, whole. */
    private String key() {
        return String.join(".", names);
    }

    /** Its place, fit for an error message. */
    private String path() {
        return names.stream().map(Shown::text).collect(Collectors.joining("."));
    }
}
