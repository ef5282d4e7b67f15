package dev.vivace.bench;

import dev.vivace.tool.ToolDefinition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Requests, and the tools among which each is to find its own.
 *
 * @param tools in the order of the files; of several with one name the first
 */
record SelectData(String name, List<ToolDefinition> tools, List<Question> questions) {
    private static final String METATOOL = "metatool/plugin_des.json.gz";
    private static final String BFCL = "bfcl/live_multiple.jsonl.gz";

    /**
     * @param right any of these names answers it
     */
    record Question(String request, Set<String> right) {}

    /** MetaTool: what 199 plugins say of themselves, and requests to each. */
    static SelectData metatool(Path folder) throws IOException {
        var tools = new ArrayList<ToolDefinition>();
        try (var text = open(folder.resolve(METATOOL))) {
            for (var tool : JsonMapper.shared().readTree(text).properties()) {
                tools.add(
                        new ToolDefinition(
                                tool.getKey(),
                                tool.getValue().stringValue(),
                                JsonMapper.shared().createObjectNode()));
            }
        }
        var questions = new ArrayList<Question>();
        for (JsonNode line : lines(folder.resolve("metatool/queries.jsonl.gz"))) {
            questions.add(
                    new Question(
                            line.path("query").stringValue(),
                            Set.of(line.path("tool").stringValue())));
        }
        return new SelectData("metatool", List.copyOf(tools), questions);
    }

    /** The functions of all questions of BFCL's live_multiple in one pool. */
    static SelectData bfcl(Path folder) throws IOException {
        var gold = new HashMap<String, Set<String>>();
        for (JsonNode line : lines(folder.resolve("bfcl/live_multiple.gold.jsonl.gz"))) {
            var names = new ArrayList<String>();
            line.path("ground_truth").forEach(call -> names.addAll(call.propertyNames()));
            gold.put(line.path("id").stringValue(), Set.copyOf(names));
        }
        var tools = new LinkedHashMap<String, ToolDefinition>();
        var questions = new ArrayList<Question>();
        for (JsonNode line : lines(folder.resolve(BFCL))) {
            for (JsonNode function : line.path("function")) {
                String name = function.path("name").stringValue();
                tools.putIfAbsent(
                        name,
                        new ToolDefinition(
                                name,
                                function.path("description").stringValue(),
                                function.path("parameters")));
            }
            questions.add(
                    new Question(
                            said(line),
                            gold.getOrDefault(line.path("id").stringValue(), Set.of())));
        }
        return new SelectData("bfcl live_multiple", List.copyOf(tools.values()), questions);
    }

    /** What the user said; instructions to the model are not part of the request. */
    private static String said(JsonNode line) {
        var text = new StringBuilder();
        for (JsonNode message : line.path("question").path(0)) {
            if (message.path("role").stringValue("").equals("user")) {
                text.append(message.path("content").stringValue()).append('\n');
            }
        }
        return text.toString();
    }

    /** What is not there of what both need. */
    static List<Path> missing(Path folder) {
        return List.of(
                        METATOOL,
                        "metatool/queries.jsonl.gz",
                        BFCL,
                        "bfcl/live_multiple.gold.jsonl.gz")
                .stream()
                .map(folder::resolve)
                .filter(file -> !Files.isReadable(file))
                .toList();
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        try (var text = new BufferedReader(open(file))) {
            return text.lines().map(JsonMapper.shared()::readTree).toList();
        }
    }

    private static Reader open(Path file) throws IOException {
        return new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8);
    }
}
