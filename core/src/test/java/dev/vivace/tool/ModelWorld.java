package dev.vivace.tool;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A file system and a database in memory, with tools on them whose every step may be interleaved
 * with those of others: what must not run together goes wrong if it does.
 */
final class ModelWorld {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;
    private static final List<String> NAMES =
            List.of(
                    "a",
                    "b",
                    "a/c",
                    "a/d",
                    "a/c/e",
                    "f/g",
                    "a/../b",
                    "f/./../a//d",
                    "../w/a",
                    "/w/b",
                    "..",
                    "../x",
                    "/");
    private static final List<String> TABLES = List.of("users", "orders");

    /** Path to content; directories are what paths have in common. */
    final ConcurrentSkipListMap<String, String> files = new ConcurrentSkipListMap<>();

    final Map<String, ConcurrentSkipListMap<String, Integer>> tables = new TreeMap<>();
    final AtomicInteger sent = new AtomicInteger();
    final List<String> letters = java.util.Collections.synchronizedList(new ArrayList<>());

    ModelWorld() {
        TABLES.forEach(table -> tables.put(table, new ConcurrentSkipListMap<>()));
    }

    /** What is left in the end. */
    String state() {
        return files + " " + tables + " " + letters;
    }

    /** Its directory is /w, which no tool knows; what is not in it begins with a slash. */
    private static String normal(String path) {
        var parts = new ArrayList<String>();
        for (String part : (path.startsWith("/") ? path : "/w/" + path).split("/")) {
            if (part.equals("..")) {
                if (!parts.isEmpty()) {
                    parts.removeLast();
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.add(part);
            }
        }
        boolean inside = !parts.isEmpty() && parts.getFirst().equals("w");
        return inside
                ? String.join("/", parts.subList(1, parts.size()))
                : "/" + String.join("/", parts);
    }

    private static void pause(int spins) {
        for (int i = 0; i < spins; i++) {
            Thread.yield();
        }
    }

    private static String text(ObjectNode arguments, String name) {
        return arguments.path(name).asString("");
    }

    private ConcurrentSkipListMap<String, Integer> table(ObjectNode arguments) {
        return java.util.Objects.requireNonNull(tables.get(text(arguments, "table")));
    }

    /** What a tool does, in steps. */
    private interface Doing {
        JsonNode with(ObjectNode arguments) throws Exception;
    }

    private interface Touching {
        Effects with(ObjectNode arguments);
    }

    private static Effects bound(String name) {
        return switch (name) {
            case "read", "list" -> Effects.read(Resource.of("file"));
            case "write", "delete" -> Effects.write(Resource.of("file"));
            case "count" -> Effects.read(Resource.of("table"));
            case "add" -> Effects.write(Resource.of("table"));
            case "mail" -> Effects.outside();
            case "square" -> Effects.PURE;
            default -> Effects.UNKNOWN; // append, which could say more, and mystery
        };
    }

    private static Tool tool(String name, Touching effects, Doing doing) {
        var definition = new ToolDefinition(name, name, JSON.objectNode().put("type", "object"));
        return new Tool() {
            @Override
            public ToolDefinition definition() {
                return definition;
            }

            @Override
            public Effects effects(ObjectNode arguments) {
                return effects.with(arguments);
            }

            @Override
            public Effects atMost() {
                return bound(name);
            }

            @Override
            public ToolResult call(ObjectNode arguments, ToolContext context) throws Exception {
                return ToolResult.of(doing.with(arguments));
            }
        };
    }

    List<Tool> tools() {
        return List.of(
                tool(
                        "read",
                        in -> Effects.read(Resource.file(text(in, "path"))),
                        in ->
                                JSON.stringNode(
                                        files.getOrDefault(normal(text(in, "path")), "none"))),
                tool(
                        "list",
                        in -> Effects.read(Resource.file(text(in, "path"))),
                        in -> {
                            String under = normal(text(in, "path"));
                            var names = new ArrayList<String>();
                            for (String name : files.keySet()) {
                                pause(1);
                                if (under.isEmpty()
                                        || under.equals("/")
                                        || (name + "/").startsWith(under + "/")) {
                                    names.add(name + "=" + files.get(name));
                                }
                            }
                            return JSON.stringNode(names.toString());
                        }),
                tool(
                        "write",
                        in -> Effects.write(Resource.file(text(in, "path"))),
                        in -> {
                            files.put(normal(text(in, "path")), "half");
                            pause(3);
                            files.put(normal(text(in, "path")), text(in, "text"));
                            return JSON.objectNode().put("written", text(in, "text"));
                        }),
                tool(
                        "append",
                        in ->
                                Effects.read(Resource.file(text(in, "path")))
                                        .and(Effects.write(Resource.file(text(in, "path")))),
                        in -> {
                            String path = normal(text(in, "path"));
                            String before = files.getOrDefault(path, "");
                            pause(3);
                            files.put(path, before + text(in, "text"));
                            if (text(in, "text").equals("3")) {
                                throw new IllegalStateException("half way");
                            }
                            return JSON.objectNode().put("length", before.length());
                        }),
                tool(
                        "delete",
                        in -> Effects.write(Resource.file(text(in, "path"))),
                        in -> {
                            String path = normal(text(in, "path"));
                            for (String name : files.keySet()) {
                                pause(1);
                                if ((name + "/").startsWith(path + "/")) {
                                    files.remove(name);
                                }
                            }
                            return JSON.nullNode();
                        }),
                tool(
                        "count",
                        in -> Effects.read(Resource.of("table", text(in, "table"))),
                        in -> {
                            int sum = 0;
                            for (int each : table(in).values()) {
                                pause(1);
                                sum += each;
                            }
                            return JSON.objectNode().put("sum", sum);
                        }),
                tool(
                        "add",
                        in ->
                                Effects.write(
                                        Resource.of("table", text(in, "table"), text(in, "row"))),
                        in -> {
                            var table = table(in);
                            int before = table.getOrDefault(text(in, "row"), 0);
                            pause(2);
                            table.put(text(in, "row"), before + 1);
                            return JSON.objectNode().put("row", before + 1);
                        }),
                tool(
                        "mail",
                        in -> Effects.outside(),
                        in -> {
                            int number = sent.get();
                            pause(2);
                            sent.set(number + 1);
                            letters.add(number + in.toString());
                            return JSON.objectNode().put("number", number);
                        }),
                tool(
                        "mystery",
                        in -> Effects.UNKNOWN,
                        in -> {
                            String all = state();
                            pause(2);
                            files.put("b", all.equals(state()) ? "calm" : "disturbed");
                            return JSON.stringNode(all);
                        }),
                tool(
                        "square",
                        in -> Effects.PURE,
                        in -> {
                            int of = in.path("of").asInt(0);
                            return JSON.objectNode().put("square", of * of);
                        }));
    }

    /** A program of some calls; some refer to results of others. */
    static List<ToolCall> program(Random random, int calls) {
        var program = new ArrayList<ToolCall>();
        for (int i = 0; i < calls; i++) {
            program.add(call(random, i));
        }
        return program;
    }

    private static ToolCall call(Random random, int i) {
        List<String> all =
                List.of(
                        "read", "read", "list", "write", "append", "delete", "count", "count",
                        "add", "add", "mail", "mystery", "square", "read", "write");
        String tool = all.get(random.nextInt(all.size()));
        String path = NAMES.get(random.nextInt(NAMES.size()));
        if (random.nextInt(4) == 0) {
            path = "./" + path.replace("/", "//");
        }
        ObjectNode arguments = JSON.objectNode();
        arguments.put("path", path);
        arguments.put("text", "" + random.nextInt(5));
        arguments.put("table", TABLES.get(random.nextInt(TABLES.size())));
        arguments.put("row", "r" + random.nextInt(3));
        arguments.put("of", random.nextInt(9));
        if (i > 0 && random.nextInt(5) == 0) {
            arguments.put("text", "$" + (1 + random.nextInt(i)));
        }
        if (i > 0 && random.nextInt(9) == 0) {
            arguments.put("row", "$" + (1 + random.nextInt(i)) + ".row");
        }
        return new ToolCall("c" + i, tool, arguments);
    }
}
