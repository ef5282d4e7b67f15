package dev.vivace.mcp;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How calls of tools ended. Of very many tools, the later ones are counted together. Thread-safe.
 */
final class CallCounts {
    static final int MOST = 2_000;
    static final String OTHER = "other";

    private final ConcurrentHashMap<ToolCount, LongAdder> counts = new ConcurrentHashMap<>();

    void add(String server, String tool, String outcome) {
        var exact = new ToolCount(server, tool, outcome);
        LongAdder known = counts.get(exact);
        if (known == null) {
            var counted = counts.size() < MOST ? exact : new ToolCount(server, OTHER, outcome);
            known = counts.computeIfAbsent(counted, one -> new LongAdder());
        }
        known.increment();
    }

    Map<ToolCount, Long> now() {
        var now = new HashMap<ToolCount, Long>();
        counts.forEach((what, count) -> now.put(what, count.sum()));
        return now;
    }
}
