package dev.vivace.bench;

import dev.vivace.tool.Effects;
import dev.vivace.tool.Resource;
import dev.vivace.tool.Tool;
import dev.vivace.tool.ToolCall;
import dev.vivace.tool.ToolContext;
import dev.vivace.tool.ToolDefinition;
import dev.vivace.tool.ToolOutcome;
import dev.vivace.tool.ToolResult;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a simulated agent calls, one call after another, and the tools that it calls. */
final class AgentTrace {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** What it is like. */
    enum Kind {
        /** Lists, reads the first, looks at the state; one time of ten it writes in between. */
        HABITS,
        /** Lists, and then reads the first or looks at the state, as often the one as the other. */
        EITHER,
        /** Anything with any arguments. */
        RANDOM
    }

    /** The call that comes, and what is to be read by it; empty if that is of no account. */
    record Next(ToolCall call, Optional<String> expected) {}

    private final Kind kind;
    private final Random random;
    private final ArrayDeque<Next> coming = new ArrayDeque<>();
    private final ConcurrentHashMap<String, String> files = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, String> meant = new ConcurrentHashMap<>();
    private final AtomicInteger writes = new AtomicInteger();
    private int asked;

    AgentTrace(Kind kind, long seed) {
        this.kind = kind;
        this.random = new Random(seed);
    }

    Next next() {
        if (coming.isEmpty()) {
            task("d" + random.nextInt(20));
        }
        Next next = coming.remove();
        if (next.call().tool().equals("write")) {
            asked++;
        }
        return next;
    }

    private void task(String dir) {
        String file = dir + "/a";
        switch (kind) {
            case HABITS -> {
                add("list", dir, "");
                if (random.nextInt(10) == 0) {
                    add("write", file, "t" + random.nextInt());
                }
                add("read", file, "");
                add("status", "", "");
            }
            case EITHER -> {
                add("list", dir, "");
                add(random.nextBoolean() ? "read" : "status", file, "");
            }
            case RANDOM ->
                    add(
                            new String[] {"list", "read", "status", "write"}[random.nextInt(4)],
                            "d" + random.nextInt(20),
                            "t" + random.nextInt());
        }
    }

    private void add(String tool, String path, String text) {
        ObjectNode arguments = JSON.objectNode().put("path", path);
        if (tool.equals("write")) {
            arguments.put("text", text);
            meant.put(path, text);
        }
        coming.add(
                new Next(
                        new ToolCall("c", tool, arguments),
                        tool.equals("read")
                                ? Optional.of(meant.getOrDefault(path, ""))
                                : Optional.empty()));
    }

    /** Whether a call got what it had to get. */
    boolean right(Next next, ToolOutcome outcome) {
        return outcome instanceof ToolOutcome.Done done
                && next.expected()
                        .map(text -> text.equals(done.result().value().asString("")))
                        .orElse(true);
    }

    /** Writes that nobody asked for. */
    int writesTooMany() {
        return writes.get() - asked;
    }

    Optional<Tool> tool(String name) {
        return Optional.of(new Simulated(new ToolDefinition(name, "", JSON.objectNode())));
    }

    /** Takes as long as its arguments make it, always the same. */
    private final class Simulated implements Tool {
        private final ToolDefinition definition;

        Simulated(ToolDefinition definition) {
            this.definition = definition;
        }

        @Override
        public ToolDefinition definition() {
            return definition;
        }

        @Override
        public Effects effects(ObjectNode in) {
            Resource file = Resource.file(in.path("path").asString(""));
            return switch (definition.name()) {
                case "write" -> Effects.write(file);
                case "read" -> Effects.read(file);
                default -> Effects.PURE;
            };
        }

        @Override
        public ToolResult call(ObjectNode in, ToolContext context) throws InterruptedException {
            TimeUnit.MILLISECONDS.sleep(10 + Math.floorMod(in.toString().hashCode(), 21));
            return ToolResult.of(said(in, in.path("path").asString("")));
        }

        private JsonNode said(ObjectNode in, String path) {
            return switch (definition.name()) {
                case "write" -> {
                    writes.incrementAndGet();
                    files.put(path, in.path("text").asString(""));
                    yield JSON.stringNode("ok");
                }
                case "read" -> JSON.stringNode(files.getOrDefault(path, ""));
                case "list" -> {
                    ObjectNode listing = JSON.objectNode();
                    listing.putArray("items").add(path + "/a").add(path + "/b");
                    yield listing;
                }
                default -> JSON.stringNode("fine");
            };
        }
    }
}
