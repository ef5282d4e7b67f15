package dev.vivace.replay;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What the demo's agents do, call by call. The same every time. */
final class DemoWorkload {
    /** What the impatient agent waits, where the model takes its published time. */
    private static final Duration PATIENCE = Duration.ofMillis(1500);

    private final DemoScript script;
    private final double timeScale;
    private int number;

    /**
     * @param timeScale of the simulator; patience shrinks with it
     */
    DemoWorkload(DemoScript script, double timeScale) {
        this.script = script;
        this.timeScale = timeScale;
    }

    List<Lane> lanes() {
        var root = script.root();
        var lanes = new ArrayList<Lane>();
        for (var agent : root.path("desk")) {
            var calls = chats(script.conversation(agent), Integer.MAX_VALUE);
            lanes.add(new Lane("desk agent " + agent.path("name").stringValue(), oneByOne(calls)));
        }
        lanes.add(restarted(root.path("restarted")));
        lanes.add(crew(root.path("crew")));
        lanes.add(impatient(root.path("impatient")));
        lanes.add(writers(root.path("writers")));
        for (var indexer = 1; indexer <= 3; indexer++) {
            lanes.add(indexer("indexing agent " + indexer, texts(root.path("documents"))));
        }
        lanes.add(
                new Lane(
                        "search agent",
                        List.of(
                                texts(root.path("queries")).stream()
                                        .map(q -> embed(List.of(q)))
                                        .toList())));
        return lanes;
    }

    private Lane restarted(JsonNode agent) {
        var conversation = script.conversation(agent);
        var calls = new ArrayList<>(chats(conversation, agent.path("dies-after").intValue()));
        calls.addAll(chats(conversation, Integer.MAX_VALUE));
        return new Lane("restarted agent", oneByOne(calls));
    }

    /** Some of the sub-agents ask for a stream, the others do not. */
    private Lane crew(JsonNode crew) {
        var steps = new ArrayList<List<Call>>();
        for (var question : crew.path("questions")) {
            var messages = script.question(crew, question);
            steps.add(
                    IntStream.range(0, crew.path("size").intValue())
                            .mapToObj(i -> chat(messages, 2, 0, i % 2 == 0, Optional.empty()))
                            .toList());
        }
        return new Lane("crew", steps);
    }

    private Lane impatient(JsonNode agent) {
        var patience = Duration.ofNanos((long) (PATIENCE.toNanos() * timeScale));
        var messages = script.question(agent, agent);
        return new Lane(
                "impatient agent",
                oneByOne(
                        List.of(
                                chat(
                                        messages,
                                        2,
                                        0,
                                        false,
                                        Optional.of(patience).filter(p -> !p.isZero())))));
    }

    private Lane writers(JsonNode writers) {
        var temperature = writers.path("temperature").doubleValue();
        var calls = new ArrayList<Call>();
        for (var text : writers.path("texts")) {
            calls.add(chat(script.question(writers, text), 2, temperature, true, Optional.empty()));
        }
        return new Lane("writing agent", oneByOne(calls));
    }

    /** Two halves, and later all of it again. */
    private Lane indexer(String name, List<String> documents) {
        var half = documents.size() / 2;
        return new Lane(
                name,
                oneByOne(
                        List.of(
                                embed(documents.subList(0, half)),
                                embed(documents.subList(half, documents.size())),
                                embed(documents))));
    }

    private List<Call> chats(List<JsonNode> conversation, int most) {
        return IntStream.range(1, conversation.size())
                .filter(i -> conversation.get(i).path("role").stringValue().equals("assistant"))
                .limit(most)
                .mapToObj(i -> chat(conversation, i, 0, true, Optional.empty()))
                .toList();
    }

    private Call chat(
            List<JsonNode> conversation,
            int at,
            double temperature,
            boolean streamed,
            Optional<Duration> patience) {
        var model = script.text("model");
        var body = JsonNodeFactory.instance.objectNode().put("model", model);
        body.putArray("messages").addAll(conversation.subList(0, at));
        if (conversation.size() > 3) {
            body.set("tools", script.root().path("tools"));
        }
        body.set("temperature", Json.number(temperature));
        if (streamed) {
            body.put("stream", true).putObject("stream_options").put("include_usage", true);
        }
        return call(
                "/chat/completions",
                model,
                body,
                Optional.of(AssistantMessage.of(conversation.get(at))),
                patience);
    }

    private Call embed(List<String> texts) {
        var model = script.text("embedding-model");
        var body = JsonNodeFactory.instance.objectNode().put("model", model);
        texts.forEach(body.putArray("input")::add);
        return call("/embeddings", model, body, Optional.empty(), Optional.empty());
    }

    private Call call(
            String path,
            String model,
            ObjectNode body,
            Optional<AssistantMessage> recorded,
            Optional<Duration> patience) {
        var bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        return new Call(number++, path, model, () -> bytes, recorded, patience);
    }

    private static List<String> texts(JsonNode list) {
        return list.valueStream().map(JsonNode::stringValue).toList();
    }

    private static List<List<Call>> oneByOne(List<Call> calls) {
        return calls.stream().map(List::of).toList();
    }
}
