package dev.vivace.cli;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a gateway says about itself.
 *
 * @param url its root
 * @param ready whether it takes calls
 * @param problems what it says is wrong; also of one that is ready
 * @param cache as {@code /admin/cache} answers
 * @param features what each has done
 * @param tools as {@code /admin/tools} answers
 */
record Diagnosis(
        URI url,
        boolean ready,
        List<String> problems,
        JsonNode cache,
        List<Feature> features,
        JsonNode tools) {

    /**
     * @param on whether the configuration switches it on
     * @param standsBy whether it waits for trouble, so that it is well if it never ran
     * @param ran in how many calls it did its work
     * @param note what the gateway adds
     */
    record Feature(
            String name,
            boolean on,
            boolean standsBy,
            long ran,
            double savedUsd,
            long savedTokens,
            String note) {
        static Feature of(JsonNode node) {
            return new Feature(
                    node.path("name").asString(""),
                    node.path("on").asBoolean(false),
                    node.path("stands_by").asBoolean(false),
                    node.path("ran").asLong(0),
                    node.path("saved_usd").asDouble(0),
                    node.path("saved_tokens").asLong(0),
                    node.path("note").asString(""));
        }

        String verdict() {
            return !on ? "off" : ran > 0 ? "works" : standsBy ? "stands by" : "on, but never ran";
        }

        boolean idle() {
            return on && ran == 0 && !standsBy;
        }
    }

    /**
     * Asks a running gateway.
     *
     * @param url its root or its API, as a person writes it
     * @param adminKey sent to the admin pages, if there is one
     * @throws IOException if it cannot be asked, with a message that says what to do
     */
    static Diagnosis of(String url, @Nullable String adminKey)
            throws IOException, InterruptedException {
        try (var pages = GatewayPages.at(url, adminKey)) {
            var health = pages.health();
            var cache = pages.read("/admin/cache");
            var features =
                    pages.read("/admin/features")
                            .path("features")
                            .valueStream()
                            .map(Feature::of)
                            .toList();
            return new Diagnosis(
                    pages.root(),
                    health.ready(),
                    health.problems(),
                    cache,
                    features,
                    pages.read("/admin/tools"));
        }
    }

    /** Whether it takes calls, and knows of nothing that is wrong. */
    boolean well() {
        return ready && problems.isEmpty();
    }

    ObjectNode json() {
        var json = JsonNodeFactory.instance.objectNode();
        json.put("url", url.toString());
        json.put("ready", ready);
        problems.forEach(json.putArray("problems")::add);
        json.set("cache", cache);
        var list = json.putArray("features");
        for (var f : features) {
            list.addObject()
                    .put("name", f.name())
                    .put("on", f.on())
                    .put("ran", f.ran())
                    .put("saved_usd", f.savedUsd())
                    .put("saved_tokens", f.savedTokens())
                    .put("verdict", f.verdict())
                    .put("note", f.note());
        }
        json.set("tool_servers", tools.path("servers"));
        json.set("tools", tools.path("tools"));
        return json;
    }

    List<String> text() {
        var lines = new ArrayList<String>();
        var state =
                !ready
                        ? " is up, but NOT ready: it refuses calls now"
                        : problems.isEmpty() ? " is ready" : " is ready, but degraded";
        lines.add(url + state);
        problems.forEach(problem -> lines.add("  " + problem));
        lines.add("");
        lines.add(
                String.format(
                        "  %-20s %-18s %10s %14s %13s",
                        "feature", "", "ran", "tokens saved", "US dollars"));
        for (var f : features) {
            lines.add(
                    String.format(
                                    Locale.ROOT,
                                    "  %-20s %-18s %,10d %,14d %13.6f  %s",
                                    f.name(),
                                    f.verdict(),
                                    f.ran(),
                                    f.savedTokens(),
                                    f.savedUsd(),
                                    f.note())
                            .stripTrailing());
        }
        lines.add("");
        lines.add(cacheLine());
        lines.add(serverLine());
        if (!tools.path("tools").isEmpty()) {
            lines.add(toolLine());
        }
        for (JsonNode advice : tools.path("recommendations")) {
            lines.add(
                    "  "
                            + advice.path("tool").asString("")
                            + ": "
                            + advice.path("text").asString(""));
        }
        var idle = features.stream().filter(Feature::idle).map(Feature::name).toList();
        if (!idle.isEmpty()) {
            lines.add(
                    "On, but never ran: "
                            + String.join(", ", idle)
                            + ". Either no call was of its kind, or it is switched on in vain.");
        }
        return lines;
    }

    private String toolLine() {
        return String.format(
                Locale.ROOT,
                "Tool calls: %,d of %,d tools; %,d answered from what is kept, %,d joined, %,d had to wait",
                sum("calls"),
                tools.path("tools").size(),
                sum("cached"),
                sum("joined"),
                sum("waited"));
    }

    private long sum(String figure) {
        return tools.path("tools")
                .valueStream()
                .mapToLong(each -> each.path(figure).asLong(0))
                .sum();
    }

    private String serverLine() {
        JsonNode toolServers = tools.path("servers");
        if (toolServers.isEmpty()) {
            return "Tool servers: none configured";
        }
        List<String> down =
                toolServers
                        .valueStream()
                        .filter(each -> !each.path("up").asBoolean(false))
                        .map(each ->
                                each.path("server").asString("")
                                        + " ("
                                        + each.path("problem").asString("")
                                        + ")")
                        .toList();
        return String.format(
                        Locale.ROOT,
                        "Tool servers: %,d configured, %,d up, with %,d tools, %,d restarts",
                        toolServers.size(),
                        toolServers.size() - down.size(),
                        toolServers
                                .valueStream()
                                .filter(each -> each.path("up").asBoolean(false))
                                .mapToInt(each -> each.path("tools").asInt(0))
                                .sum(),
                        toolServers
                                .valueStream()
                                .mapToLong(each -> each.path("restarts").asLong(0))
                                .sum())
                + (down.isEmpty() ? "" : "; down: " + String.join(", ", down));
    }

    private String cacheLine() {
        return String.format(
                Locale.ROOT,
                "Exact cache: %,d entries, %,d of %,d bytes, %,d hits, %,d misses, %,d evictions",
                cache.path("entries").asLong(0),
                cache.path("bytes").asLong(0),
                cache.path("max_bytes").asLong(0),
                cache.path("hits").asLong(0),
                cache.path("misses").asLong(0),
                cache.path("evictions").asLong(0));
    }
}
