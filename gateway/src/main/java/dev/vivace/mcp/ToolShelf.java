package dev.vivace.mcp;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.vivace.config.ToolSelection;
import dev.vivace.select.LearnedRanking;
import dev.vivace.select.Selection;
import dev.vivace.select.SelectorOptions;
import dev.vivace.select.ToolSelector;
import dev.vivace.tool.ToolDefinition;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Which tools a session is told of, where there are more than a model should be: a search for the
 * rest, and those that were of use to the same owner's clients of the same name. What it finds it
 * is told of from then on. A tool can be called whether it was told of or not. Thread-safe.
 */
final class ToolShelf {
    /** The tool that finds others. */
    static final String SEARCH = ToolSelector.SEARCH.name();

    private static final int MOST_OWNERS = 50;
    private static final int WORDS = 1_000;
    private static final int TOP = 20;
    private static final int FOUND = 10;
    private static final int MOST_TOLD = 128;
    private static final int ENTRIES = 100;

    /** A list is asked for seldom, and is to know of the session before. */
    private static final Duration SOON = Duration.ofMillis(1);

    /** What one owner's clients have learned; another's learn nothing of it. */
    private record Owner(ToolSelector selector, LearnedRanking learned) {}

    /** The same list of definitions for the same tools, so that it is known again at once. */
    private record Known(Map<String, McpTool> tools, List<ToolDefinition> definitions) {}

    private final ToolSelection options;
    private final Cache<String, Owner> owners =
            Caffeine.newBuilder().maximumSize(MOST_OWNERS).executor(Runnable::run).build();
    private final LongAdder allBytes = new LongAdder();
    private final LongAdder chosenBytes = new LongAdder();
    private volatile @Nullable Known known;

    ToolShelf(ToolSelection options) {
        this.options = options;
    }

    /** Names that no server's tool may have. */
    List<String> reserved() {
        return options.mode() == ToolSelection.Mode.ON ? List.of(SEARCH) : List.of();
    }

    /** Whether a call of this is to be answered here. */
    boolean searches(String name) {
        return options.mode() == ToolSelection.Mode.ON && name.equals(SEARCH);
    }

    /**
     * What a session is told that there is.
     *
     * @param tools all that it may call, by name
     */
    Collection<ObjectNode> list(Session session, Map<String, McpTool> tools) {
        List<ObjectNode> all = tools.values().stream().map(McpTool::listed).toList();
        if (options.mode() == ToolSelection.Mode.OFF || tools.size() <= options.whole()) {
            return all;
        }
        Selection selection =
                owner(session).selector.select(session.id(), definitions(tools), task(session));
        var chosen = new ArrayList<ObjectNode>();
        for (ToolDefinition each : selection.tools()) {
            McpTool tool = tools.get(each.name());
            if (tool != null) {
                chosen.add(tool.listed());
            } else if (each == ToolSelector.SEARCH) {
                chosen.add(search());
            }
        }
        session.told().list(selection.tools().stream().map(ToolDefinition::name).toList());
        allBytes.add(bytes(all));
        chosenBytes.add(bytes(chosen));
        return options.mode() == ToolSelection.Mode.ON ? chosen : all;
    }

    private Owner owner(Session session) {
        return owners.get(
                session.owner(),
                name -> {
                    var learned = new LearnedRanking(WORDS);
                    return new Owner(new ToolSelector(selector(), learned), learned);
                });
    }

    /**
     * What is known of what a session is for: what its client calls itself. As a word that stands
     * in no definition: a client is not for the tools that speak of clients.
     */
    private static String task(Session session) {
        var word = new StringBuilder("client");
        for (byte each : session.client().getBytes(StandardCharsets.UTF_8)) {
            word.append((char) ('a' + (each >> 4 & 15))).append((char) ('a' + (each & 15)));
        }
        return word.toString();
    }

    private SelectorOptions selector() {
        int whole = options.whole();
        SelectorOptions usual = SelectorOptions.DEFAULTS;
        return new SelectorOptions(
                whole,
                Math.min(TOP, whole),
                Math.max(MOST_TOLD, whole),
                usual.exploration(),
                usual.seed(),
                ENTRIES,
                usual.queryTtl(),
                SOON,
                usual.rankingTtl(),
                usual.sessions(),
                usual.sessionTtl());
    }

    private List<ToolDefinition> definitions(Map<String, McpTool> tools) {
        Known before = known;
        if (before != null && before.tools == tools) {
            return before.definitions;
        }
        // In shadow mode a server's tool may have the search's own name.
        var now =
                new Known(
                        tools,
                        tools.values().stream()
                                .map(McpTool::definition)
                                .filter(tool -> !tool.name().equals(SEARCH))
                                .toList());
        known = now;
        return now.definitions;
    }

    private static ObjectNode search() {
        ObjectNode listed = Rpc.object();
        listed.put("name", SEARCH).put("description", ToolSelector.SEARCH.description());
        listed.set("inputSchema", ToolSelector.SEARCH.schema());
        listed.putObject("annotations").put("readOnlyHint", true);
        return listed;
    }

    private static long bytes(List<ObjectNode> listed) {
        return listed.stream()
                .mapToLong(each -> each.toString().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }

    /**
     * Finds tools.
     *
     * @param tools all that the session may call, by name
     * @param more told if the session was not told of all that are found
     */
    ObjectNode search(
            Session session, Map<String, McpTool> tools, JsonNode arguments, Runnable more) {
        JsonNode query = arguments.path("query");
        OptionalInt limit = limit(arguments.path("limit"));
        if (!query.isString() || query.asString().isBlank()) {
            return ToolCalls.text(SEARCH + " needs a 'query': what the tool should do, as a text.");
        }
        if (limit.isEmpty()) {
            return ToolCalls.text(
                    "The 'limit' of %s must be a whole number from 1 to %d."
                            .formatted(SEARCH, ToolSelector.MOST_FOUND));
        }
        List<ToolDefinition> found =
                owner(session)
                        .selector
                        .search(
                                session.id(),
                                definitions(tools),
                                query.asString(),
                                limit.getAsInt());
        List<String> names = found.stream().map(ToolDefinition::name).toList();
        if (session.told().found(query.asString(), names)) {
            more.run();
        }
        return answer(found, tools.size());
    }

    /** How many are wanted, also where that is given as a text; empty if that makes no sense. */
    private static OptionalInt limit(JsonNode said) {
        String written = said.isMissingNode() ? "" + FOUND : said.asString("");
        int limit = written.matches("[0-9]{1,3}") ? Integer.parseInt(written) : 0;
        return limit >= 1 && limit <= ToolSelector.MOST_FOUND
                ? OptionalInt.of(limit)
                : OptionalInt.empty();
    }

    /** With the schemas: a client need not list again before its model can call. */
    private static ObjectNode answer(List<ToolDefinition> found, int of) {
        ArrayNode tools = Rpc.array();
        for (ToolDefinition each : found) {
            tools.addObject()
                    .put("name", each.name())
                    .put("description", each.description())
                    .set("inputSchema", each.schema());
        }
        ObjectNode result = Rpc.object();
        ArrayNode content = result.putArray("content");
        content.addObject()
                .put("type", "text")
                .put(
                        "text",
                        found.isEmpty()
                                ? "None of the %d tools fits these words; try others.".formatted(of)
                                : tools.toString());
        return result;
    }

    /** How a choice stood to a tool that is called; empty if there was none. */
    Optional<String> note(Session session, String tool) {
        return session.told().of(tool);
    }

    /** Remembers what a call came to, where there may be something to choose. */
    void learn(Session session, String tool, boolean success) {
        if (options.mode() == ToolSelection.Mode.OFF) {
            return;
        }
        LearnedRanking learned = owner(session).learned;
        learned.feedback(task(session), tool, success);
        session.told().query(tool).ifPresent(query -> learned.feedback(query, tool, success));
    }

    /** What was listed where there was a choice, and what a choice left of it, in bytes. */
    ListBytes listBytes() {
        return new ListBytes(allBytes.sum(), chosenBytes.sum());
    }
}
