package dev.vivace.chain;

import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Whether every value of one schema may stand where another one is wanted, by their types: what is
 * wrong, if it is certain that a value can be of a type that is not wanted. Whether an optional
 * member is there, and how long a text is, only a value can say.
 */
final class Fit {
    private static final int DEEPEST = 16;

    /** Comparisons; what is not through then is left to be found with the values. */
    private int budget = 10_000;

    private Fit() {}

    static Optional<String> problem(List<Shape> given, Shape wanted) {
        var fit = new Fit();
        return given.stream()
                .flatMap(each -> fit.problem(each, wanted, "", 0).stream())
                .findFirst();
    }

    private Optional<String> problem(Shape given, Shape wanted, String at, int depth) {
        if (depth > DEEPEST) {
            return Optional.empty();
        }
        List<Shape> targets = wanted.alternatives();
        for (Shape source : given.alternatives()) {
            Optional<String> first = Optional.empty();
            boolean fits = false;
            for (Shape target : targets) {
                Optional<String> problem = one(source, target, at, depth);
                fits |= problem.isEmpty();
                first = first.or(() -> problem);
            }
            if (!fits) {
                return targets.size() == 1 ? first : Optional.of(none(source, targets, at));
            }
        }
        return Optional.empty();
    }

    private static String none(Shape source, List<Shape> targets, String at) {
        List<String> types = targets.stream().flatMap(each -> each.type().stream()).toList();
        return where(at)
                + "it may be "
                + source.type().orElse("anything")
                + ", which fits none of "
                + Names.of(types);
    }

    private Optional<String> one(Shape given, Shape wanted, String at, int depth) {
        if (budget-- <= 0 || given.type().isEmpty()) {
            return Optional.empty();
        }
        String type = given.type().get();
        String target = wanted.type().orElse(type);
        if (!type.equals(target) && !(type.equals("integer") && target.equals("number"))) {
            return Optional.of(where(at) + "it may be " + type + " where " + target + " is wanted");
        }
        return switch (type) {
            case "object" -> members(given, wanted, at, depth);
            case "array" -> elements(given, wanted, at, depth);
            default -> values(given, wanted, at);
        };
    }

    private static Optional<String> values(Shape given, Shape wanted, String at) {
        List<JsonNode> allowed = wanted.values();
        return allowed.isEmpty()
                ? Optional.empty()
                : given.values().stream()
                        .filter(value -> !allowed.contains(value))
                        .findFirst()
                        .map(value -> where(at) + "it may be " + value + ", which is not wanted");
    }

    private Optional<String> members(Shape given, Shape wanted, String at, int depth) {
        for (String name : wanted.required()) {
            if (given.closed() && !given.properties().has(name)) {
                return Optional.of(where(at) + "it has no " + name + ", which is required");
            }
        }
        for (var member : given.properties().properties()) {
            String name = member.getKey();
            JsonNode target = wanted.properties().path(name);
            if (target.isMissingNode() && wanted.closed()) {
                return Optional.of(where(at) + "it may have a " + name + ", which is not wanted");
            }
            if (!target.isMissingNode()) {
                Optional<String> problem =
                        problem(
                                new Shape(member.getValue(), given.root()),
                                new Shape(target, wanted.root()),
                                at + "." + name,
                                depth + 1);
                if (problem.isPresent()) {
                    return problem;
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> elements(Shape given, Shape wanted, String at, int depth) {
        return problem(
                new Shape(given.schema().path("items"), given.root()),
                new Shape(wanted.schema().path("items"), wanted.root()),
                at + "[]",
                depth + 1);
    }

    private static String where(String at) {
        return at.isEmpty() ? "" : "in " + at + ", ";
    }
}
