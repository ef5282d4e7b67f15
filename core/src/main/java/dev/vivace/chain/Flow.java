package dev.vivace.chain;

import dev.vivace.tool.JsonSchema;
import dev.vivace.tool.ResultPath;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What goes into the arguments of a step, beside what its tool wants.
 *
 * @param step for messages
 * @param inputs schemas, by their names
 * @param results schemas of what steps yield, by their names
 */
record Flow(String step, Map<String, JsonNode> inputs, Map<String, JsonNode> results) {
    /** Checks the arguments. */
    void check(ObjectNode arguments, JsonNode wanted) {
        problem(arguments, Shape.of(wanted), "")
                .ifPresent(problem -> {
                    throw new IllegalArgumentException("step " + step + ": " + problem);
                });
    }

    private Optional<String> problem(JsonNode node, Shape wanted, String at) {
        Optional<Reference> reference = Reference.of(node);
        if (reference.isPresent()) {
            return Fit.problem(shapes(reference.get()), wanted)
                    .map(why -> "%s cannot be %s: %s".formatted(name(at), reference.get(), why));
        }
        if (!Reference.anyIn(node)) {
            return literal(Reference.literal(node), wanted, at);
        }
        Optional<String> first = Optional.empty();
        for (Shape alternative : wanted.alternatives()) {
            Optional<String> problem = composed(node, alternative, at);
            if (problem.isEmpty()) {
                return problem;
            }
            first = first.or(() -> problem);
        }
        return first;
    }

    /** The schemas of what a reference leads to. */
    private List<Shape> shapes(Reference reference) {
        try {
            if (!reference.name().equals(Reference.INPUTS)) {
                return Shape.of(declared(reference)).at(reference.path());
            }
            return inputShapes(reference.path());
        } catch (Shape.Missing e) {
            throw new IllegalArgumentException(
                    "step %s: %s leads nowhere: %s".formatted(step, reference, e.getMessage()));
        }
    }

    private List<Shape> inputShapes(ResultPath path) throws Shape.Missing {
        if (path.parts().isEmpty()
                || !(path.parts().getFirst() instanceof ResultPath.Member input)
                || !inputs.containsKey(input.name())) {
            throw new Shape.Missing(
                    "say $inputs.NAME, where NAME is one of the inputs: "
                            + Names.of(inputs.keySet()));
        }
        return Shape.of(inputs.get(input.name()))
                .at(new ResultPath(path.parts().subList(1, path.parts().size())));
    }

    private JsonNode declared(Reference reference) {
        JsonNode schema = results.get(reference.name());
        if (schema == null) {
            throw new IllegalArgumentException(
                    "step %s refers to %s, which does not say what it yields: declare it with yielding(schema)"
                            .formatted(step, reference.name()));
        }
        return schema;
    }

    private static Optional<String> literal(JsonNode value, Shape wanted, String at) {
        JsonSchema schema;
        try {
            schema = JsonSchema.of(standalone(wanted));
        } catch (IllegalArgumentException e) {
            return Optional.empty(); // it refers to what is elsewhere; found when it runs
        }
        return schema.problem(value).map(why -> "%s does not fit: %s".formatted(name(at), why));
    }

    private static JsonNode standalone(Shape wanted) {
        if (!(wanted.schema() instanceof ObjectNode schema) || schema == wanted.root()) {
            return wanted.schema();
        }
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        copy.setAll(schema);
        for (String definitions : List.of("$defs", "definitions")) {
            if (wanted.root().has(definitions)) {
                copy.set(definitions, wanted.root().get(definitions));
            }
        }
        return copy;
    }

    /** An object or array with a reference somewhere in it. */
    private Optional<String> composed(JsonNode node, Shape wanted, String at) {
        String type = node.isObject() ? "object" : "array";
        if (!wanted.type().orElse(type).equals(type)) {
            return Optional.of(
                    "%s is an %s where %s is wanted"
                            .formatted(name(at), type, wanted.type().orElse(type)));
        }
        return node instanceof ObjectNode object
                ? members(object, wanted, at)
                : elements(node, wanted, at);
    }

    private Optional<String> members(ObjectNode object, Shape wanted, String at) {
        for (String name : wanted.required()) {
            if (!object.has(name)) {
                return Optional.of("%s has no %s, which is required".formatted(name(at), name));
            }
        }
        for (var member : object.properties()) {
            JsonNode target = wanted.properties().path(member.getKey());
            if (target.isMissingNode() && wanted.closed()) {
                return Optional.of(
                        "%s has a %s, which is not wanted, but %s"
                                .formatted(
                                        name(at),
                                        member.getKey(),
                                        Names.of(
                                                List.copyOf(wanted.properties().propertyNames()))));
            }
            Optional<String> problem =
                    problem(
                            member.getValue(),
                            target.isMissingNode()
                                    ? Shape.ANYTHING
                                    : new Shape(target, wanted.root()),
                            at + "." + member.getKey());
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private Optional<String> elements(JsonNode array, Shape wanted, String at) {
        JsonNode items = wanted.schema().path("items");
        Shape each = items.isMissingNode() ? Shape.ANYTHING : new Shape(items, wanted.root());
        for (int i = 0; i < array.size(); i++) {
            Optional<String> problem = problem(array.get(i), each, at + "[" + i + "]");
            if (problem.isPresent()) {
                return problem;
            }
        }
        return Optional.empty();
    }

    private static String name(String at) {
        return at.isEmpty() ? "the arguments" : at.substring(at.startsWith(".") ? 1 : 0);
    }
}
