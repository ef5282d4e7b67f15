package dev.vivace.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * An upstream's script for every door. Each answer, and each vector, has a number in it that no
 * other has, so that whoever is given one can be told from whoever caused it.
 */
final class NumberedAnswers implements Upstream.Script {
    private static final Pattern NUMBER =
            Pattern.compile("answer-(\\d+)-|\"embedding\":\\[(\\d+)\\.5");

    private final AtomicInteger last = new AtomicInteger();
    private volatile CountDownLatch gate = new CountDownLatch(0);

    /** Calls wait from now on. */
    void hold() {
        gate = new CountDownLatch(1);
    }

    /** Those that wait are answered, and those that come at once. */
    void release() {
        gate.countDown();
    }

    /** The numbers in a text. */
    static Set<String> in(String text) {
        var found = new TreeSet<String>();
        var number = NUMBER.matcher(text);
        while (number.find()) {
            found.add(number.group(1) == null ? number.group(2) : number.group(1));
        }
        return found;
    }

    @Override
    public void answer(Upstream.Call call, Upstream.Reply reply) throws Exception {
        gate.await();
        boolean streamed = call.text().contains("\"stream\":true");
        String text = "answer-" + last.incrementAndGet() + "-";
        String path = call.target().replaceAll("\\?.*", "");
        if (call.text().contains("nobody-knows-this")) {
            reply.json(404, "{\"error\":{\"message\":\"no such model\"}}");
        } else if (path.equals("/v1/embeddings")) {
            reply.json(200, vectors(call), theirs(text));
        } else if (streamed) {
            reply.begin("text/event-stream", theirs(text));
            for (String event : events(path, text)) {
                reply.chunk(event);
            }
            reply.end();
        } else {
            reply.json(200, object(path, text), theirs(text));
        }
    }

    /** What is the business of who caused the call, and of nobody else. */
    private static String[] theirs(String text) {
        return new String[] {"X-Request-Id: " + text, "Set-Cookie: a=" + text};
    }

    private String vectors(Upstream.Call call) {
        JsonNode input = JsonMapper.shared().readTree(call.body()).get("input");
        var data = new ArrayList<String>();
        for (int i = 0; i < Math.max(1, input.size()); i++) {
            data.add("{\"index\":%d,\"embedding\":[%d.5]}".formatted(i, last.incrementAndGet()));
        }
        return "{\"data\":%s,\"usage\":{\"prompt_tokens\":%d}}"
                .formatted(data, 10 * Math.max(1, input.size()));
    }

    private static String object(String path, String text) {
        return switch (path) {
            case Chat.PATH -> Chat.answer(text);
            case "/v1/responses" -> response(text);
            case "/v1/messages" ->
                    "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m-1\",\"content\":[{\"type\":\"text\",\"text\":\""
                            + text
                            + "\"}],\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":21,\"output_tokens\":9}}";
            default -> "{\"text\":\"" + text + "\"}";
        };
    }

    private static String response(String text) {
        return "{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"completed\",\"model\":\"m-1\",\"output\":[{\"type\":\"message\",\"id\":\"msg_1\",\"role\":\"assistant\",\"status\":\"completed\",\"content\":[{\"type\":\"output_text\",\"text\":\""
                + text
                + "\",\"annotations\":[]}]}],\"usage\":{\"input_tokens\":21,\"output_tokens\":9,\"total_tokens\":30}}";
    }

    private static List<String> events(String path, String text) {
        return switch (path) {
            case Chat.PATH -> Chat.events(true, "stop", text);
            case "/v1/responses" ->
                    List.of(
                            event(
                                    "response.output_text.delta",
                                    "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\""
                                            + text
                                            + "\""),
                            event("response.completed", "\"response\":" + response(text)));
            default ->
                    List.of(
                            event(
                                    "message_start",
                                    "\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m-1\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":21,\"output_tokens\":1}}"),
                            event(
                                    "content_block_start",
                                    "\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}"),
                            event(
                                    "content_block_delta",
                                    "\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\""
                                            + text
                                            + "\"}"),
                            event("content_block_stop", "\"index\":0"),
                            event(
                                    "message_delta",
                                    "\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":9}"),
                            event("message_stop", ""));
        };
    }

    private static String event(String type, String members) {
        String rest = members.isEmpty() ? "" : "," + members;
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"" + rest + "}\n\n";
    }
}
