package dev.vivace.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/** One value of another gateway's file, with its place. What is of another kind is nothing. */
record LiteLlmNode(Node node, String path, int line) {
    static LiteLlmNode root(Node node) {
        return new LiteLlmNode(node, "", Yaml.line(node.getStartMark()));
    }

    /** Of a mapping, by name; the caller's own. */
    Map<String, LiteLlmNode> children() {
        var children = new LinkedHashMap<String, LiteLlmNode>();
        if (node instanceof MappingNode mapping) {
            for (var pair : mapping.getValue()) {
                if (pair.getKeyNode() instanceof ScalarNode key) {
                    String name = key.getValue();
                    String where = path.isEmpty() ? name : path + "." + name;
                    int at = Yaml.line(key.getStartMark());
                    children.put(name, new LiteLlmNode(pair.getValueNode(), where, at));
                }
            }
        }
        return children;
    }

    Optional<LiteLlmNode> find(String name) {
        return Optional.ofNullable(children().get(name));
    }

    /** A section that is not there has nothing in it. */
    LiteLlmNode section(String name) {
        return find(name)
                .orElseGet(() ->
                        new LiteLlmNode(
                                new ScalarNode(Tag.NULL, "", ScalarStyle.PLAIN), name, line));
    }

    List<LiteLlmNode> elements() {
        var elements = new ArrayList<LiteLlmNode>();
        if (node instanceof SequenceNode list) {
            for (Node each : list.getValue()) {
                String where = path + "[" + elements.size() + "]";
                elements.add(new LiteLlmNode(each, where, Yaml.line(each.getStartMark())));
            }
        }
        return elements;
    }

    /** Of a single value that is not null. */
    Optional<String> text() {
        return node instanceof ScalarNode scalar && !node.getTag().equals(Tag.NULL)
                ? Optional.of(scalar.getValue())
                : Optional.empty();
    }

    Optional<String> text(String name) {
        return find(name).flatMap(LiteLlmNode::text);
    }

    /** A value that is a finite number, 0 or more. */
    Optional<Double> number() {
        return text().flatMap(Config.PRICE::read);
    }
}
