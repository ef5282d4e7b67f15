package dev.vivace.replay;

import dev.vivace.simulator.Recording;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Turns recorded conversations into the calls that their agents made: for every message of the
 * assistant, all messages before it. A message of the assistant that nothing goes before was no
 * answer of a model.
 */
final class ConversationCalls {
    private final ReplayOptions options;
    private final byte[] head;
    private final byte[] tail;
    private int number;

    ConversationCalls(ReplayOptions options) {
        this.options = options;
        this.head =
                utf8(
                        "{\"model\":"
                                + Json.MAPPER.writeValueAsString(options.model())
                                + ",\"messages\":[");
        this.tail = utf8(tail(options));
    }

    private static String tail(ReplayOptions options) {
        var tail = new StringBuilder("]");
        options.tools().ifPresent(t -> tail.append(",\"tools\":").append(t));
        tail.append(",\"temperature\":").append(Json.number(options.temperature()));
        if (options.stream()) {
            tail.append(",\"stream\":true,\"stream_options\":{\"include_usage\":true}");
        }
        return tail.append('}').toString();
    }

    List<Lane> lanes(List<Recording> conversations) {
        var lanes = new ArrayList<Lane>();
        for (var conversation : conversations) {
            var steps = steps(conversation.messages());
            if (!steps.isEmpty()) {
                lanes.add(new Lane("conversation " + (lanes.size() + 1), steps));
            }
        }
        return lanes;
    }

    private List<List<Call>> steps(List<JsonNode> messages) {
        var bytes = messages.stream().map(m -> Json.MAPPER.writeValueAsBytes(m)).toList();
        var steps = new ArrayList<List<Call>>();
        for (var i = 1; i < messages.size(); i++) {
            var message = messages.get(i);
            if (message.path("role").asString("").equals("assistant")) {
                var before = bytes.subList(0, i);
                steps.add(
                        List.of(
                                new Call(
                                        number++,
                                        "/chat/completions",
                                        options.model(),
                                        () -> body(before),
                                        Optional.of(AssistantMessage.of(message)),
                                        Optional.empty())));
            }
        }
        return steps;
    }

    private byte[] body(List<byte[]> messages) {
        var size = head.length + tail.length + messages.stream().mapToInt(m -> m.length + 1).sum();
        var body = new ByteArrayOutputStream(size);
        body.writeBytes(head);
        for (var i = 0; i < messages.size(); i++) {
            if (i > 0) {
                body.write(',');
            }
            body.writeBytes(messages.get(i));
        }
        body.writeBytes(tail);
        return body.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
