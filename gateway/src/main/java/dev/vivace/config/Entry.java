package dev.vivace.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
record Entry(Node node, String path, int line, Problems problems, Variables variables) {
    static Entry root(Node node, Problems problems, Variables variables) {
        return new Entry(node, "", Yaml.line(node.getStartMark()), problems, variables);
    }

    void problem(String message) {
        problems.add(line, path, message);
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
        if (value.isEmpty()) {
            problem("must be " + rule.expected() + (rule.secret() ? "" : ", not " + shown()));
        }
        return value;
    }

    /** The only element of a list. */
    Optional<Entry> only(String wanted, String missing) {
        if (!(node instanceof SequenceNode list)) {
            problem("must be a list of one " + wanted + ", as in [" + wanted + "], not " + kind());
            return Optional.empty();
        }
        List<Node> all = list.getValue();
        if (all.size() != 1) {
            problem(
                    "must be a list of exactly one "
                            + wanted
                            + (all.isEmpty()
                                    ? "; it is empty"
                                    : "; it has %d, and %s is not available in this version"
                                            .formatted(all.size(), missing)));
            return Optional.empty();
        }
        return Optional.of(
                child(all.getFirst(), path + "[0]", Yaml.line(all.getFirst().getStartMark())));
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
                problems.add(keyLine, path, "a key must be a plain word, not a list or a mapping");
                continue;
            }
            String name = key.getValue();
            Entry child = child(pair.getValueNode(), childPath(name), keyLine);
            Entry first = children.putIfAbsent(name, child);
            if (first != null) {
                problems.add(keyLine, child.path, "is there already, in line " + first.line);
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

    private Entry child(Node value, String valuePath, int valueLine) {
        return new Entry(value, valuePath, valueLine, problems, variables);
    }

    private String childPath(String name) {
        return (path.isEmpty() ? "" : path + ".") + Shown.text(name);
    }
}
