package dev.vivace.select;

import dev.vivace.tool.ToolDefinition;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a session was told of. Only grows, at its end: the provider has cached what comes before.
 * Thread-safe.
 */
final class Shown {
    private final SequencedMap<String, ToolDefinition> tools = new LinkedHashMap<>();

    /**
     * Shows these as well, in their order, and the search before them if it is wanted; after them,
     * if there is no room for all.
     *
     * @param current what a tool is now, null if there is none of this name: a definition that
     *     changed is shown as it is now, in its place; one that is gone stays as it was
     * @param most there are then at most so many, unless there were more; the search always has
     *     room
     */
    synchronized Selection add(
            boolean search,
            List<ToolDefinition> more,
            Function<String, @Nullable ToolDefinition> current,
            int most) {
        for (Map.Entry<String, ToolDefinition> each : tools.entrySet()) {
            var now = current.apply(each.getKey());
            if (now != null) {
                each.setValue(now);
            }
        }
        var added = new ArrayList<String>();
        if (search) {
            show(ToolSelector.SEARCH, added);
        }
        boolean full = false;
        for (ToolDefinition each : more) {
            if (tools.size() < most) {
                show(each, added);
            } else if (!tools.containsKey(each.name())) {
                full = true;
            }
        }
        if (full) {
            show(ToolSelector.SEARCH, added);
        }
        return new Selection(List.copyOf(tools.values()), List.copyOf(added));
    }

    private void show(ToolDefinition tool, List<String> added) {
        if (tools.putIfAbsent(tool.name(), tool) == null) {
            added.add(tool.name());
        }
    }
}
