package dev.vivace.select;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.vivace.tool.ToolDefinition;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Chooses of many tools those that a model is told of. A few are all sent, in their order. Of many,
 * those that fit the request are, and {@link #SEARCH}, by which the model reaches the rest.
 *
 * <p>A session's tools never become fewer and never change places; new ones come last. So a
 * provider finds in its cache what it was sent before, and only a tool whose own definition changed
 * changes it. A session that was forgotten, for its age or for many others, begins anew. A tool
 * that is gone stays, and a call to it fails. A session is one principal's: its name must not be
 * one that another can give.
 *
 * <p>Thread-safe. Does not wait, unless there is an {@link Embedder}, which is then asked for a
 * request that was not seen within an hour, and for every tool when a definition is new.
 */
public final class ToolSelector {
    /** Finds tools by what they should do; {@link #search} does what it says. */
    public static final ToolDefinition SEARCH = searchTool();

    /** What {@link #search} finds at most. */
    public static final int MOST_FOUND = 50;

    private final SelectorOptions options;
    private final Ranker ranker;
    private final Cache<String, Shown> sessions;

    /** Ranks by words alone, and learns nothing. */
    public ToolSelector(SelectorOptions options) {
        this(
                options.withExploration(0, options.seed()),
                Optional.empty(),
                new LearnedRanking(),
                System::nanoTime);
    }

    /** Ranks by words and by what is learned, which is the caller's to tell. */
    public ToolSelector(SelectorOptions options, LearnedRanking learned) {
        this(options, Optional.empty(), learned, System::nanoTime);
    }

    /**
     * Ranks by words, by what is learned, and by what lies near.
     *
     * @param nanos a clock that never goes back
     */
    public ToolSelector(
            SelectorOptions options,
            Optional<Embedder> embedder,
            LearnedRanking learned,
            LongSupplier nanos) {
        this.options = options;
        this.ranker = new Ranker(options, embedder, learned, nanos);
        this.sessions =
                Caffeine.newBuilder()
                        .maximumSize(options.sessions())
                        .expireAfterAccess(options.sessionTtl())
                        .ticker(nanos::getAsLong)
                        .executor(Runnable::run)
                        .build();
    }

    /**
     * What the model is told of with this request.
     *
     * @param session new or known
     * @param definitions all tools that it may call; cheapest if the list cannot change (as of
     *     {@link List#of} or {@link List#copyOf}) and is the same each time
     * @throws IllegalArgumentException if two have the same name, or one has that of {@link
     *     #SEARCH}
     */
    public Selection select(String session, List<ToolDefinition> definitions, String request) {
        if (definitions.size() <= options.whole()) {
            var byName = byName(definitions);
            return shown(session).add(false, definitions, byName::get, options.most());
        }
        var tools = tools(definitions);
        var top = get(tools, ranker.explore(tools, request, options.top()));
        return shown(session).add(true, top, current(tools), options.whole());
    }

    /**
     * The tools that fit, best first; the session is told of them from now on, also where it is
     * then told of more than {@link SelectorOptions#most}: what was found can be called.
     *
     * @param most 1 to {@link #MOST_FOUND}; what is outside is taken as the nearest
     * @throws IllegalArgumentException if two have the same name, or one has that of {@link
     *     #SEARCH}
     */
    public List<ToolDefinition> search(
            String session, List<ToolDefinition> definitions, String request, int most) {
        var tools = tools(definitions);
        var found = get(tools, ranker.rank(tools, request, Math.clamp(most, 1, MOST_FOUND)));
        shown(session).add(false, found, current(tools), Integer.MAX_VALUE);
        return found;
    }

    private static List<ToolDefinition> get(Ranker.Tools tools, int[] numbers) {
        return Arrays.stream(numbers).mapToObj(tools.index().tools()::get).toList();
    }

    /** Forgets what the session was told of. */
    public void forget(String session) {
        sessions.invalidate(session);
    }

    private Shown shown(String session) {
        return sessions.get(session, id -> new Shown());
    }

    private Ranker.Tools tools(List<ToolDefinition> definitions) {
        var tools = ranker.tools(definitions);
        if (tools.index().number(SEARCH.name()) >= 0) {
            throw reserved();
        }
        return tools;
    }

    private static Function<String, @Nullable ToolDefinition> current(Ranker.Tools tools) {
        return name -> {
            int number = tools.index().number(name);
            return number < 0 ? null : tools.index().tools().get(number);
        };
    }

    private static Map<String, ToolDefinition> byName(List<ToolDefinition> definitions) {
        var byName = new HashMap<String, ToolDefinition>();
        for (ToolDefinition each : definitions) {
            if (each.name().equals(SEARCH.name())) {
                throw reserved();
            }
            if (byName.put(each.name(), each) != null) {
                throw new IllegalArgumentException("two tools have the name " + each.name());
            }
        }
        return byName;
    }

    private static IllegalArgumentException reserved() {
        return new IllegalArgumentException(
                "a tool has the name " + SEARCH.name() + ", which is the selector's own");
    }

    private static ToolDefinition searchTool() {
        var json = JsonNodeFactory.instance;
        ObjectNode schema = json.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        properties
                .putObject("query")
                .put("type", "string")
                .put("description", "What the tool should do, in a few words.");
        properties
                .putObject("limit")
                .put("type", "integer")
                .put("minimum", 1)
                .put("maximum", MOST_FOUND)
                .put("description", "How many to find; 10 if left out.");
        schema.putArray("required").add("query");
        schema.put("additionalProperties", false);
        return new ToolDefinition(
                "search_tools",
                "There are more tools than those listed here. Finds them by what they do; those found can be"
                        + " called from then on.",
                schema);
    }
}
