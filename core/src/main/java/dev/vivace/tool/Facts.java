package dev.vivace.tool;

import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a call was made with and what it said, as far as another call may be made of it: the first
 * short values, the outer ones first.
 *
 * @param values by where they were, such as {@code in.path} and {@code out.items[0].id}
 */
record Facts(String tool, Map<String, JsonNode> values) {
    private static final int MOST = 64;
    private static final int MOST_VISITED = 256;
    private static final int FIRST_ELEMENTS = 4;
    private static final int LONGEST = 128;

    /** Characters of all values and their places. */
    private static final int LONGEST_TOGETHER = 2_048;

    private record Place(String path, JsonNode value) {}

    static Facts of(String tool, ObjectNode arguments, JsonNode result) {
        var values = new LinkedHashMap<String, JsonNode>();
        collect("in", arguments, MOST / 2, LONGEST_TOGETHER / 2, values);
        collect("out", result, MOST, LONGEST_TOGETHER / 2, values);
        return new Facts(tool, values);
    }

    /** Of a call that has no result. */
    static Facts of(String tool, ObjectNode arguments) {
        return of(tool, arguments, JsonNodeFactory.instance.missingNode());
    }

    private static void collect(
            String name, JsonNode root, int most, int longest, Map<String, JsonNode> to) {
        long left = longest;
        var open = new ArrayDeque<Place>();
        open.add(new Place(name, root));
        for (int visited = 0; visited < MOST_VISITED && to.size() < most; visited++) {
            Place place = open.poll();
            if (place == null) {
                return;
            }
            if (place.value.isObject()) {
                for (var member : place.value.properties()) {
                    if (open.size() < MOST_VISITED && member.getKey().length() <= LONGEST) {
                        open.add(new Place(place.path + "." + member.getKey(), member.getValue()));
                    }
                }
            } else if (place.value.isArray()) {
                for (int i = 0; i < Math.min(FIRST_ELEMENTS, place.value.size()); i++) {
                    open.add(new Place(place.path + "[" + i + "]", place.value.get(i)));
                }
            } else if (small(place.value) && place.path.length() <= LONGEST) {
                left -= place.path.length() + JsonSize.of(place.value, LONGEST).text();
                if (left < 0) {
                    return;
                }
                to.put(place.path, place.value);
            }
        }
    }

    /** Whether it can be remembered. */
    static boolean small(JsonNode value) {
        return !value.isMissingNode() && JsonSize.of(value, LONGEST).text() <= LONGEST;
    }
}
