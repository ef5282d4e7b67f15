package dev.vivace.tool;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An agent in simulated time: it calls a tool, thinks, and calls the next. A call that it waits for
 * moves the clock; one that is made early runs while it thinks.
 */
final class Agent {
    static final long LATENCY = Duration.ofMillis(100).toNanos();
    private static final long THOUGHT = Duration.ofMillis(150).toNanos();
    private static final Duration WAITING = Duration.ofSeconds(59);

    final ToolBench bench;
    final Speculation speculation;
    final Map<String, String> files = new HashMap<>();
    final AtomicInteger earlyWrites = new AtomicInteger();
    final AtomicInteger calls = new AtomicInteger();
    final AtomicBoolean mayRead = new AtomicBoolean(true);
    final List<ToolOutcome.Source> sources = Collections.synchronizedList(new ArrayList<>());
    long waited;
    long now;
    private final boolean on;

    Agent(boolean on) {
        this.on = on;
        bench =
                new ToolBench(
                        tool(
                                "list",
                                false,
                                in -> {
                                    ObjectNode result = JsonNodeFactory.instance.objectNode();
                                    var items = result.putArray("items");
                                    for (String name : List.of("a", "b", "c")) {
                                        items.addObject()
                                                .put(
                                                        "path",
                                                        in.path("dir").asString("") + "/" + name);
                                    }
                                    return result;
                                }),
                        tool("read", false, in -> text(files.getOrDefault(path(in), "none"))),
                        tool("status", false, in -> text("fine")),
                        tool(
                                "write",
                                true,
                                in -> {
                                    files.put(path(in), in.path("text").asString(""));
                                    return text("ok");
                                }));
        bench.builder.access((who, tool) -> !tool.equals("read") || mayRead.get());
        speculation = new Speculation(bench.line(), SpeculationOptions.DEFAULT, bench.now::get);
    }

    private interface Doing {
        JsonNode with(ObjectNode arguments);
    }

    private static JsonNode text(String value) {
        return FakeTool.text(value);
    }

    private static String path(ObjectNode arguments) {
        return arguments.path("path").asString("");
    }

    private FakeTool tool(String name, boolean writes, Doing doing) {
        return new FakeTool(
                name,
                in -> {
                    Resource file = Resource.file(name.equals("list") ? "listing" : path(in));
                    return writes ? Effects.write(file) : Effects.read(file);
                },
                (in, context) -> {
                    calls.incrementAndGet();
                    boolean early = !context.timeout().equals(WAITING);
                    if (early && writes) {
                        earlyWrites.incrementAndGet();
                    }
                    bench().now.addAndGet(LATENCY);
                    return ToolResult.of(doing.with(in));
                });
    }

    private ToolBench bench() {
        return bench;
    }

    ToolOutcome call(String tool, String arguments) throws InterruptedException {
        return call("ann", "s", tool, arguments, false);
    }

    /** Calls and waits, then thinks. */
    ToolOutcome call(
            String principal, String session, String tool, String arguments, boolean skipCache)
            throws InterruptedException {
        CallLine line = on ? speculation.session(principal, session) : bench.line();
        var call = new ToolCall("1", tool, FakeTool.json(arguments.replace('\'', '"')));
        ToolOutcome outcome =
                switch (line.prepare(call, principal)) {
                    case Prepared.Refused refused -> refused.why();
                    case Prepared.Ready ready ->
                            line.run(
                                    ready,
                                    new ToolContext(principal, WAITING),
                                    skipCache,
                                    () -> {});
                };
        if (outcome instanceof ToolOutcome.Done done) {
            sources.add(done.source());
            long took = done.source() == ToolOutcome.Source.CALLED ? LATENCY : 0;
            waited += took;
            now += took;
        }
        think();
        return outcome;
    }

    private void think() throws InterruptedException {
        int places = SpeculationOptions.DEFAULT.concurrency();
        speculation.early.places.acquire(places); // what was begun has ended
        speculation.early.places.release(places);
        now = Math.max(now + THOUGHT, bench.now.get());
        bench.now.set(now);
    }

    String value(String tool, String arguments) throws InterruptedException {
        return ToolBench.done(call(tool, arguments)).result().value().asString("");
    }

    Optional<ToolOutcome.Source> lastSource() {
        return sources.isEmpty() ? Optional.empty() : Optional.of(sources.getLast());
    }
}
