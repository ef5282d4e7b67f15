package dev.vivace.request;

import dev.vivace.request.Bodies.Num;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Changes exactly one thing, anywhere in a body, that changes what the body means. */
public final class Change {
    /** What cannot change an answer, at the top of a body. */
    static final Set<String> IGNORED = Set.of("stream", "stream_options", "user", "metadata");

    private final RandomGenerator random;
    private int left;
    private String what = "";

    private Change(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param body the body with one thing changed
     * @param what was changed
     */
    record Changed(Map<String, @Nullable Object> body, String what) {}

    static Changed one(Map<String, @Nullable Object> body, RandomGenerator random) {
        var change = new Change(random);
        int places = 0;
        for (var member : body.entrySet()) {
            places += IGNORED.contains(member.getKey()) ? 0 : places(member.getValue());
        }
        if (random.nextInt(10) == 0) {
            return change.members(body);
        }
        change.left = random.nextInt(places);
        Map<String, @Nullable Object> result = new LinkedHashMap<>();
        body.forEach((name, value) ->
                result.put(
                        name,
                        IGNORED.contains(name) ? value : change.tree(value, "/" + name, name)));
        return new Changed(result, change.what);
    }

    /** Adds or removes a member at the top, or makes one of two. */
    private Changed members(Map<String, @Nullable Object> body) {
        Map<String, @Nullable Object> result = new LinkedHashMap<>(body);
        List<String> removable = new ArrayList<>(body.keySet());
        removable.removeAll(IGNORED);
        removable.removeAll(Set.of("model", "messages", "temperature"));
        if (!removable.isEmpty() && random.nextBoolean()) {
            String name = removable.get(random.nextInt(removable.size()));
            result.remove(name);
            return new Changed(result, "removed /" + name);
        }
        result.put("x_added", random.nextBoolean() ? null : "");
        return new Changed(result, "added /x_added");
    }

    private static int places(@Nullable Object tree) {
        int count = 1;
        if (tree instanceof List<?> list) {
            for (Object element : list) {
                count += places(element);
            }
        } else if (tree instanceof Map<?, ?> map) {
            for (Object value : map.values()) {
                count += places(value);
            }
        }
        return count;
    }

    private @Nullable Object tree(@Nullable Object tree, String path, String top) {
        if (left-- == 0) {
            what = path;
            return switch (top) {
                // These have a type that is checked.
                case "model" -> text((String) Objects.requireNonNull(tree));
                case "temperature" ->
                        tree == null ? Num.of(1) : number((Num) Objects.requireNonNull(tree));
                case "messages" ->
                        path.equals("/messages")
                                ? list((List<?>) Objects.requireNonNull(tree))
                                : changed(tree);
                default -> changed(tree);
            };
        }
        return switch (tree) {
            case List<?> list -> {
                List<@Nullable Object> copy = new ArrayList<>();
                for (int i = 0; i < list.size(); i++) {
                    copy.add(tree(list.get(i), path + "/" + i, top));
                }
                yield copy;
            }
            case Map<?, ?> map -> {
                Map<String, @Nullable Object> copy = new LinkedHashMap<>();
                map.forEach((name, value) ->
                        copy.put(String.valueOf(name), tree(value, path + "/" + name, top)));
                yield copy;
            }
            case null, default -> tree;
        };
    }

    private @Nullable Object changed(@Nullable Object value) {
        if (random.nextInt(4) == 0) {
            return otherType(value);
        }
        return switch (value) {
            case null -> "";
            case Boolean b -> !b;
            case String s -> text(s);
            case Num n -> number(n);
            case List<?> list -> list(list);
            case Map<?, ?> map -> map(map);
            default -> throw new IllegalArgumentException("no tree");
        };
    }

    private @Nullable Object otherType(@Nullable Object value) {
        List<@Nullable Object> others = new ArrayList<>();
        if (value != null) {
            others.add(null);
            others.add(Collections.singletonList(value));
            others.add(Map.of("a", value));
        }
        switch (value) {
            case null -> others.add("null");
            case Boolean b -> others.add(b.toString());
            case Num n -> others.add((n.negative() ? "-" : "") + n.digits());
            case String s -> others.add(List.of());
            default -> others.add("");
        }
        return others.get(random.nextInt(others.size()));
    }

    private String text(String text) {
        int[] points = text.codePoints().toArray();
        if (points.length == 0) {
            return "\u0000";
        }
        int at = random.nextInt(points.length);
        String before = new String(points, 0, at);
        String after = new String(points, at + 1, points.length - at - 1);
        return switch (random.nextInt(4)) {
            case 0 -> before + (points[at] == 'y' ? 'z' : 'y') + after;
            case 1 -> text + "\u0000";
            case 2 -> before + " " + Character.toString(points[at]) + after;
            default -> points.length == 1 ? text + text : before + after;
        };
    }

    private Num number(Num number) {
        String digits = number.digits();
        boolean zero = digits.chars().allMatch(c -> c == '0');
        return switch (zero ? 0 : random.nextInt(3)) {
            case 0 -> {
                int at = random.nextInt(digits.length());
                char other = digits.charAt(at) == '9' ? '8' : (char) (digits.charAt(at) + 1);
                yield new Num(
                        number.negative(),
                        digits.substring(0, at) + other + digits.substring(at + 1),
                        number.exponent());
            }
            case 1 -> new Num(!number.negative(), digits, number.exponent());
            default ->
                    new Num(
                            number.negative(),
                            digits,
                            number.exponent() + (random.nextBoolean() ? 1 : -1));
        };
    }

    private List<@Nullable Object> list(List<?> list) {
        List<@Nullable Object> copy = new ArrayList<>(list);
        int at = list.isEmpty() ? 0 : random.nextInt(list.size());
        switch (list.isEmpty() ? 0 : random.nextInt(4)) {
            case 0 -> copy.add(at, null);
            case 1 -> copy.remove(at);
            case 2 -> copy.add(at, copy.get(at));
            default -> {
                Collections.rotate(copy, 1);
                if (copy.equals(list)) {
                    copy.add(List.of());
                }
            }
        }
        return copy;
    }

    private Map<String, @Nullable Object> map(Map<?, ?> map) {
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((name, value) -> copy.put(String.valueOf(name), value));
        if (map.isEmpty() || random.nextInt(3) == 0) {
            String name = "added";
            while (copy.containsKey(name)) {
                name += "!";
            }
            copy.put(name, null);
            return copy;
        }
        var names = new ArrayList<>(copy.keySet());
        String name = names.get(random.nextInt(names.size()));
        Object value = copy.remove(name);
        if (random.nextBoolean()) {
            copy.put(name + "\u0000", value); // another name
        }
        return copy;
    }
}
