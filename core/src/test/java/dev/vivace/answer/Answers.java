package dev.vivace.answer;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers to test with: written by hand, or generated from a seed. */
final class Answers {
    static final JsonMapper MAPPER = new JsonMapper();

    private static final String[] WORDS = {
        "sky",
        "blå",
        "räksmörgås",
        "空は青い",
        "😀",
        "👩‍👩‍👧",
        "\n\n",
        "\"quoted\"",
        "\\",
        "data:",
        "[DONE]",
        "\r\n",
        "\u2028",
        "é",
        "\u0000",
        "a-rather-long-word-that-no-space-cuts-into-two-halves",
        "\"usage\":{\"output_tokens\":7}",
        ","
    };

    private final Random random;

    Answers(long seed) {
        random = new Random(seed);
    }

    /** Good answers of that protocol: half of it objects, half streams. */
    static byte[] generated(Protocol protocol, long seed, boolean stream) {
        byte[] object = Json.write(new Answers(seed).object(protocol));
        return stream ? protocol.form().toStream(object, true) : object;
    }

    ObjectNode object(Protocol protocol) {
        return switch (protocol) {
            case CHAT -> completion();
            case RESPONSES -> response();
            case MESSAGES -> message();
        };
    }

    private ObjectNode completion() {
        ObjectNode it = Json.object();
        it.put("id", "chatcmpl-" + random.nextInt(1000));
        it.put("object", "chat.completion");
        it.put("created", 1_700_000_000 + random.nextInt(1000));
        it.put("model", "m-" + random.nextInt(9));
        ArrayNode choices = it.putArray("choices");
        int count = maybe() ? 1 : 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            choices.add(choice(i));
        }
        if (maybe()) {
            it.set(
                    "usage",
                    json(
                            "{'prompt_tokens':21,'completion_tokens':9,'total_tokens':30,'prompt_tokens_details':{'cached_tokens':5}}"));
        }
        if (maybe()) {
            it.put("service_tier", "default");
        }
        if (maybe()) {
            it.putNull("system_fingerprint");
        }
        if (maybe()) {
            it.set("prompt_filter_results", json("[{'prompt_index':0,'score':0.10}]"));
        }
        return it;
    }

    private ObjectNode choice(int index) {
        ObjectNode choice = Json.object();
        choice.put("index", index);
        ObjectNode message = choice.putObject("message");
        message.put("role", "assistant");
        boolean calls = maybe();
        String content = text();
        if (calls && maybe()) {
            message.putNull("content");
        } else {
            message.put("content", content);
        }
        if (maybe()) {
            message.putNull("refusal");
        }
        if (maybe()) {
            message.put("reasoning_content", text());
        }
        if (maybe()) {
            message.set(
                    "annotations",
                    json(
                            "[{'type':'url_citation','url_citation':{'start_index':1,'url':'https://é'}}]"));
        }
        if (calls) {
            ArrayNode list = message.putArray("tool_calls");
            some(4, this::toolCall).forEach(list::add);
        }
        if (maybe()) {
            choice.putNull("logprobs");
        } else if (maybe() && message.get("content").isString()) {
            choice.set("logprobs", logprobs(content));
        }
        choice.put("finish_reason", calls ? "tool_calls" : "stop");
        if (maybe()) {
            choice.set(
                    "content_filter_results",
                    json("{'hate':{'filtered':false,'severity':'safe'}}"));
        }
        return choice;
    }

    private ObjectNode toolCall() {
        ObjectNode call = Json.object();
        call.put("id", "call_" + random.nextInt(1_000_000));
        if (random.nextInt(5) == 0) {
            call.put("type", "custom");
            call.putObject("custom").put("name", "shell").put("input", text());
            return call;
        }
        call.put("type", "function");
        String arguments = random.nextInt(6) == 0 ? "" : Json.writeText(arguments());
        call.putObject("function")
                .put("name", "look_" + random.nextInt(9))
                .put("arguments", arguments);
        if (maybe()) {
            call.set("extra_content", json("{'google':{'thought_signature':'c2ln'}}"));
        }
        return call;
    }

    private ObjectNode arguments() {
        ObjectNode it = Json.object();
        for (int i = random.nextInt(4); i > 0; i--) {
            it.put("k" + i, text());
            it.set(
                    "n" + i,
                    json("[1,-2.50,1e30,12345678901234567890,true,null,{'a':{'usage':{'x':1}}}]"));
        }
        return it;
    }

    private ObjectNode logprobs(String content) {
        ObjectNode it = Json.object();
        ArrayNode tokens = it.putArray("content");
        int at = 0;
        while (at < content.length()) {
            int end = Math.min(content.length(), content.offsetByCodePoints(at, 1));
            tokens.addObject()
                    .put("token", content.substring(at, end))
                    .put("logprob", -random.nextInt(100) / 8.0)
                    .set("top_logprobs", Json.array());
            at = end;
        }
        it.putNull("refusal");
        return it;
    }

    private ObjectNode response() {
        ObjectNode it = Json.object();
        it.put("id", "resp_1")
                .put("object", "response")
                .put("created_at", 1)
                .put("status", "completed");
        it.putNull("error").putNull("incomplete_details");
        it.put("model", "m-" + random.nextInt(9));
        ArrayNode output = it.putArray("output");
        some(4, this::item).forEach(output::add);
        it.set(
                "tools",
                json(
                        "[{'type':'function','name':'f','parameters':{'properties':{'usage':{'type':'object'}}}}]"));
        it.set(
                "usage",
                json(
                        "{'input_tokens':5,'output_tokens':2,'total_tokens':7,'input_tokens_details':{'cached_tokens':1},'output_tokens_details':{'reasoning_tokens':0}}"));
        return it;
    }

    private ObjectNode item() {
        ObjectNode item = Json.object();
        item.put("id", "item_" + random.nextInt(1_000_000));
        switch (random.nextInt(5)) {
            case 0 -> {
                item.put("type", "function_call")
                        .put("status", "completed")
                        .put("call_id", "c")
                        .put("name", "f");
                item.put("arguments", Json.writeText(arguments()));
            }
            case 1 -> {
                item.put("type", "reasoning").put("encrypted_content", "b64");
                ArrayNode summary = item.putArray("summary");
                some(2, () -> Json.object().put("type", "summary_text").put("text", text()))
                        .forEach(summary::add);
            }
            case 2 ->
                    item.put("type", "web_search_call")
                            .put("status", "completed")
                            .putObject("action")
                            .put("query", text());
            case 3 ->
                    item.put("type", "custom_tool_call")
                            .put("call_id", "c")
                            .put("name", "sh")
                            .put("input", text());
            default -> {
                item.put("type", "message").put("status", "completed").put("role", "assistant");
                ArrayNode content = item.putArray("content");
                some(3, this::part).forEach(content::add);
            }
        }
        return item;
    }

    private ObjectNode part() {
        ObjectNode part = Json.object().put("type", "output_text").put("text", text());
        part.set(
                "annotations",
                maybe() ? Json.array() : json("[{'type':'url_citation','title':'t'}]"));
        if (maybe()) {
            part.putArray("logprobs");
        }
        return part;
    }

    private ObjectNode message() {
        ObjectNode it = Json.object();
        it.put("id", "msg_1")
                .put("type", "message")
                .put("role", "assistant")
                .put("model", "c-" + random.nextInt(9));
        ArrayNode content = it.putArray("content");
        some(4, this::block).forEach(content::add);
        it.put("stop_reason", maybe() ? "end_turn" : "tool_use").putNull("stop_sequence");
        it.set(
                "usage",
                json(
                        "{'input_tokens':5,'output_tokens':2,'cache_read_input_tokens':3,'cache_creation_input_tokens':4,'cache_creation':{'ephemeral_5m_input_tokens':4},'service_tier':'standard'}"));
        return it;
    }

    private ObjectNode block() {
        ObjectNode block = Json.object();
        switch (random.nextInt(5)) {
            case 0 ->
                    block.put("type", "tool_use")
                            .put("id", "toolu_1")
                            .put("name", "look")
                            .set("input", arguments());
            case 1 ->
                    block.put("type", "thinking")
                            .put("thinking", text())
                            .put("signature", "c2lnbmF0dXJl");
            case 2 -> block.put("type", "redacted_thinking").put("data", "b64==");
            case 3 ->
                    block.put("type", "web_search_tool_result")
                            .put("tool_use_id", "s")
                            .set("content", json("[{'type':'web_search_result','url':'u'}]"));
            default -> {
                block.put("type", "text").put("text", text());
                if (maybe()) {
                    block.set(
                            "citations",
                            maybe()
                                    ? Json.nil()
                                    : json(
                                            "[{'type':'char_location','cited_text':'é'},{'start_char_index':2}]"));
                }
            }
        }
        return block;
    }

    private <T> List<T> some(int most, Supplier<T> one) {
        List<T> list = new ArrayList<>();
        for (int i = 1 + random.nextInt(most); i > 0; i--) {
            list.add(one.get());
        }
        return list;
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(40); i > 0; i--) {
            text.append(maybe() ? WORDS[random.nextInt(WORDS.length)] : "word")
                    .append(maybe() ? " " : "");
        }
        return text.toString();
    }

    private boolean maybe() {
        return random.nextBoolean();
    }

    /** JSON with single quotes. */
    static JsonNode json(String text) {
        return MAPPER.readTree(text.replace('\'', '"'));
    }

    static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }

    static JsonNode tree(byte[] json) {
        return MAPPER.readTree(json);
    }

    /** Events of these data, single quotes being double ones. */
    static byte[] events(String... data) {
        StringBuilder text = new StringBuilder();
        for (String one : data) {
            text.append("data: ").append(one.replace('\'', '"')).append("\n\n");
        }
        return text.toString().getBytes(UTF_8);
    }

    /** The JSON of each event. */
    static List<JsonNode> data(byte[] stream) {
        List<JsonNode> all = new ArrayList<>();
        SseEvents events = new SseEvents(stream);
        while (events.next()) {
            if (!events.isDone()) {
                all.add(tree(events.data()));
            }
        }
        return all;
    }
}
