package dev.vivace.answer;

import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** A chat completion as the chunks that a model would have sent. Not thread-safe. */
final class ChatChunks {
    private static final Set<String> NOT_OF_CHUNKS = Set.of("object", "choices", "usage");
    private static final Set<String> OF_CHOICES =
            Set.of("index", "message", "logprobs", "finish_reason");

    /**
     * Reasoning comes before the answer and piece by piece; the names are those that clients know.
     */
    private static final List<String> REASONING = List.of("reasoning_content", "reasoning");

    private static final Set<String> IN_PIECES =
            Set.of("role", "content", "refusal", "tool_calls", "reasoning_content", "reasoning");

    private final SseWriter out = new SseWriter();

    /** What every chunk says. */
    private final ObjectNode base = Json.object();

    /** What only the first chunk says: unknown members that may be large. */
    private final ObjectNode once = Json.object();

    private ChatChunks() {}

    static byte[] of(ObjectNode completion, boolean withUsage) {
        ChatChunks chunks = new ChatChunks();
        chunks.write(completion, withUsage);
        return chunks.out.toBytes();
    }

    private void write(ObjectNode completion, boolean withUsage) {
        base.put("object", "chat.completion.chunk");
        for (var member : completion.properties()) {
            if (!NOT_OF_CHUNKS.contains(member.getKey())) {
                (member.getValue().isContainer() ? once : base)
                        .set(member.getKey(), member.getValue());
            }
        }
        int position = 0;
        for (JsonNode choice : Json.array(completion, "choices")) {
            choice((ObjectNode) choice, choice.path("index").asInt(position++));
        }
        if (withUsage && Json.has(completion, "usage")) {
            ObjectNode chunk = chunk();
            chunk.putArray("choices");
            chunk.set("usage", completion.get("usage"));
            out.event(chunk);
        }
        out.done();
    }

    private ObjectNode chunk() {
        ObjectNode chunk = Json.object();
        chunk.setAll(base);
        chunk.setAll(once);
        once.removeAll();
        return chunk;
    }

    private void choice(ObjectNode choice, int index) {
        ObjectNode message = Json.object(choice, "message");
        Deltas deltas = new Deltas(index, choice.has("logprobs"));
        deltas.send(opening(message));
        for (String name : REASONING) {
            Pieces.of(Json.string(message, name))
                    .forEach(piece -> deltas.send(name, Json.text(piece)));
        }
        content(
                message,
                choice.get("logprobs") instanceof ObjectNode l ? l : Json.object(),
                deltas);
        int call = 0;
        for (JsonNode node : Json.array(message, "tool_calls")) {
            if (node instanceof ObjectNode toolCall) {
                toolCall(toolCall, call++, deltas);
            }
        }
        ObjectNode others = Json.object();
        message.properties().stream()
                .filter(m -> !IN_PIECES.contains(m.getKey()))
                .forEach(m -> others.set(m.getKey(), m.getValue()));
        if (!others.isEmpty()) {
            deltas.send(others);
        }
        deltas.finish(choice);
    }

    /** The first delta: the role, and each text that comes in pieces, as yet empty. */
    private static ObjectNode opening(ObjectNode message) {
        ObjectNode delta = Json.object();
        delta.put("role", Json.has(message, "role") ? Json.string(message, "role") : "assistant");
        for (var member : message.properties()) {
            String name = member.getKey();
            boolean later =
                    !IN_PIECES.contains(name)
                            || name.equals("role")
                            || member.getValue().isContainer();
            if (!later || member.getValue().isEmpty() && name.equals("tool_calls")) {
                delta.set(
                        name,
                        member.getValue() instanceof StringNode
                                ? Json.text("")
                                : member.getValue());
            }
        }
        return delta;
    }

    private static void content(ObjectNode message, ObjectNode logprobs, Deltas deltas) {
        String content = Json.string(message, "content");
        List<LogprobPieces.Piece> tokens = LogprobPieces.of(content, logprobs);
        if (tokens.isEmpty()) {
            Pieces.of(content).forEach(piece -> deltas.send("content", Json.text(piece)));
        } else {
            tokens.forEach(
                    piece -> deltas.send("content", Json.text(piece.text()), piece.logprobs()));
        }
        if (Json.has(message, "content") && message.get("content").isContainer()) {
            deltas.send("content", message.get("content"));
        }
        Pieces.of(Json.string(message, "refusal"))
                .forEach(piece -> deltas.send("refusal", Json.text(piece)));
        if (tokens.isEmpty() && !logprobs.isEmpty()) {
            deltas.send(Json.object(), logprobs);
        }
    }

    /** First who is called, then with what, piece by piece. */
    private static void toolCall(ObjectNode call, int index, Deltas deltas) {
        String payload = call.get("custom") instanceof ObjectNode ? "custom" : "function";
        String argument = payload.equals("custom") ? "input" : "arguments";
        ObjectNode callee = Json.object(call, payload);
        ObjectNode opening = Json.object();
        opening.put("index", index);
        call.remove("index");
        opening.setAll(call);
        boolean inPieces = callee.get(argument) instanceof StringNode;
        if (inPieces) {
            ObjectNode named = callee.deepCopy();
            opening.set(payload, named.put(argument, ""));
        }
        deltas.send("tool_calls", Json.array().add(opening));
        for (String piece :
                inPieces ? Pieces.of(Json.string(callee, argument)) : List.<String>of()) {
            ObjectNode more = Json.object();
            more.put("index", index);
            more.putObject(payload).put(argument, piece);
            deltas.send("tool_calls", Json.array().add(more));
        }
    }

    /** Sends the deltas of one choice. */
    private final class Deltas {
        private final int index;
        private final boolean hasLogprobs;

        Deltas(int index, boolean hasLogprobs) {
            this.index = index;
            this.hasLogprobs = hasLogprobs;
        }

        void send(String name, JsonNode value) {
            send(name, value, Json.nil());
        }

        void send(String name, JsonNode value, JsonNode logprobs) {
            ObjectNode delta = Json.object();
            delta.set(name, value);
            send(delta, logprobs);
        }

        void send(ObjectNode delta) {
            send(delta, Json.nil());
        }

        void send(ObjectNode delta, JsonNode logprobs) {
            write(part(delta, logprobs, Json.nil()));
        }

        void finish(ObjectNode choice) {
            ObjectNode last = part(Json.object(), Json.nil(), choice.path("finish_reason"));
            choice.properties().stream()
                    .filter(m -> !OF_CHOICES.contains(m.getKey()))
                    .forEach(m -> last.set(m.getKey(), m.getValue()));
            write(last);
        }

        private ObjectNode part(ObjectNode delta, JsonNode logprobs, JsonNode finish) {
            ObjectNode part = Json.object();
            part.put("index", index);
            part.set("delta", delta);
            if (hasLogprobs) {
                part.set("logprobs", logprobs);
            }
            part.set("finish_reason", finish);
            return part;
        }

        private void write(ObjectNode part) {
            ObjectNode chunk = chunk();
            chunk.putArray("choices").add(part);
            out.event(chunk);
        }
    }
}
